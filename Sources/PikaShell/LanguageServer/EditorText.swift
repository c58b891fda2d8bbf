import Foundation

/// A document as an editor has it: lines, and places counted in UTF-16 code units (LSP 3.17, "Position").
struct EditorText: Sendable {
    let text: String
    let lines: [String]

    init(_ text: String) {
        self.text = text
        lines = text.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false)
            .map(String.init)
    }

    /// The place of a character of a line, both counted from 1, as an editor counts.
    func position(line: Int, column: Int) -> [String: Any] {
        let text = lines.indices.contains(line - 1) ? lines[line - 1] : ""
        let before = text.prefix(max(0, column - 1))
        return ["line": line - 1, "character": before.utf16.count]
    }

    /// The character of a line at an editor's place, both counted from 1; a place behind the end is the end.
    func column(line: Int, character: Int) -> Int {
        guard lines.indices.contains(line) else { return 1 }
        var units = 0
        var column = 1
        for next in lines[line] {
            guard units < character else { break }
            units += next.utf16.count
            column += 1
        }
        return column
    }

    /// The text before the place.
    func prefix(line: Int, character: Int) -> String {
        guard lines.indices.contains(line) else { return "" }
        return String(lines[line].prefix(column(line: line, character: character) - 1))
    }

    /// From the first character to the last.
    var wholeRange: [String: Any] {
        [
            "start": position(line: 1, column: 1),
            "end": ["line": max(0, lines.count - 1), "character": (lines.last ?? "").utf16.count],
        ]
    }

    /// The text with a part replaced (LSP 3.17, "TextDocumentContentChangeEvent").
    func replacing(_ range: [String: Any], with new: String) -> EditorText {
        func index(_ position: Any?) -> String.Index {
            let place = position as? [String: Any]
            let (line, character) = ((place?["line"] as? Int) ?? 0, (place?["character"] as? Int) ?? 0)
            guard line < lines.count else { return text.endIndex }
            var start = text.startIndex
            for _ in 0..<max(0, line) {
                guard let end = text[start...].firstIndex(where: \.isNewline) else { return text.endIndex }
                start = text.index(after: end)
            }
            let end = text[start...].firstIndex(where: \.isNewline) ?? text.endIndex
            var units = 0
            while start < end, units < character {
                units += text[start].utf16.count
                start = text.index(after: start)
            }
            return start
        }
        let (start, end) = (index(range["start"]), index(range["end"]))
        guard start <= end else { return self }
        return EditorText(text.replacingCharacters(in: start..<end, with: new))
    }
}
