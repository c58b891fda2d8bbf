/// A stretch of one source line; line and column are counted from 1, in characters.
package struct SourceRange: Equatable, Sendable {
    package var line: Int
    package var column: Int
    package var length: Int

    package init(line: Int, column: Int, length: Int) {
        (self.line, self.column, self.length) = (line, column, length)
    }

    /// From the start of one range to the end of another on the same line; across lines it stays with the first.
    package func through(_ other: SourceRange) -> SourceRange {
        guard other.line == line else { return self }
        return SourceRange(
            line: line, column: column, length: max(length, other.column + other.length - column))
    }
}
