import Vocabulary

/// Shows a diagnostic as a compiler would: message, place, line, caret, advice.
package enum DiagnosticRenderer {
    /// - Parameter head: nil: `error[CODE]`.
    package static func render(_ diagnostic: Diagnostic, as head: String? = nil) -> String {
        var output = [
            "\(head ?? "error[\(diagnostic.code.name)]"): \(VisibleText.hanging(diagnostic.message))"
        ]
        guard let range = diagnostic.range else {
            return (output + diagnostic.notes.map { "  = \(VisibleText.hanging($0.text))" }).joined(
                separator: "\n")
        }
        let step = diagnostic.step.map { "   step \"\($0)\"" } ?? ""
        output.append("  --> \(VisibleText.line("\(range.file):\(range.line):\(range.column)\(step)"))")
        // Remarks about earlier lines of the same file stand above the line in question; the rest follows as advice.
        let above = diagnostic.notes.filter { note in
            note.range.map { $0.source === range.source && $0.line < range.line } ?? false
        }
        let below = diagnostic.notes.filter { !above.contains($0) }
        let width = String(range.line).count
        let blank = String(repeating: " ", count: width)
        output.append(" \(blank) |")
        for note in above {
            if let place = note.range { output += excerpt(place, mark: "-", remark: note.text, width: width) }
        }
        output += excerpt(range, mark: "^", remark: nil, width: width)
        if !below.isEmpty { output.append(" \(blank) |") }
        for note in below {
            let place = note.range.map { VisibleText.line(" (\($0.file):\($0.line))") } ?? ""
            output.append(" \(blank) = \(VisibleText.hanging(note.text, indent: width + 6))\(place)")
        }
        return output.joined(separator: "\n")
    }

    private static func excerpt(_ range: SourceRange, mark: String, remark: String?, width: Int) -> [String] {
        let lines = range.source.lines
        guard lines.indices.contains(range.line - 1) else { return [] }
        let line = lines[range.line - 1]
        let number = String(repeating: " ", count: width - String(range.line).count) + String(range.line)
        // Tabs stay tabs, so that the caret stands under its word in any terminal.
        let indent = String(line.prefix(range.column - 1).map { $0 == "\t" ? "\t" : " " })
        let length = max(1, min(range.length, line.count - range.column + 1))
        let marks =
            indent + String(repeating: mark, count: length)
            + (remark.map { " \(VisibleText.line($0))" } ?? "")
        return [" \(number) | \(line)", " \(String(repeating: " ", count: width)) | \(marks)"]
    }
}
