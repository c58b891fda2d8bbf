import Scripting

/// Lines of a script around a place, the one at hand marked.
enum SourceExcerpt {
    /// Shown before and behind the line.
    private static let context = 4

    /// - Parameter line: counted from 1; one that does not exist gives the nearest lines.
    static func text(_ source: Source, around line: Int, current: Int?) -> String {
        let count = source.lines.count
        let line = min(max(line, 1), max(count, 1))
        let shown = max(1, line - context)...max(1, min(count, line + context))
        let width = String(shown.upperBound).count
        return shown.map { number in
            let text = source.lines.indices.contains(number - 1) ? source.lines[number - 1] : ""
            let padded = String(repeating: " ", count: width - String(number).count) + String(number)
            return "\(number == current ? ">" : " ") \(padded) | \(text)"
        }.joined(separator: "\n")
    }
}
