/// A stretch of one source line; line and column are counted from 1, in characters.
public struct SourceRange: Equatable, Sendable {
    package let source: Source
    /// Counted from 1.
    public let line: Int
    let column: Int
    let length: Int

    init(source: Source, line: Int, column: Int, length: Int) {
        (self.source, self.line, self.column, self.length) = (source, line, column, length)
    }

    /// Counted from 1, in characters.
    package var startColumn: Int { column }
    /// How many it is long.
    package var characters: Int { length }

    /// Name of the file.
    public var file: String { source.name }

    /// From the start of this range to the end of another on the same line; across lines it stays with this one.
    func through(_ other: SourceRange) -> SourceRange {
        guard other.line == line else { return self }
        return SourceRange(
            source: source, line: line, column: column,
            length: max(length, other.column + other.length - column))
    }

    public static func == (a: SourceRange, b: SourceRange) -> Bool {
        a.source.name == b.source.name && (a.line, a.column, a.length) == (b.line, b.column, b.length)
    }
}
