/// Shows a diagnostic as a compiler would: message, place, line, caret, advice.
package struct DiagnosticRenderer: Sendable {
    private let name: String
    private let lines: [String]

    package init(name: String, source: String) {
        self.name = name
        lines = source.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false)
            .map(String.init)
    }

    package func render(_ diagnostic: Diagnostic) -> String {
        var output = ["error[\(diagnostic.code.rawValue)]: \(diagnostic.message)"]
        guard let range = diagnostic.range else {
            return (output + diagnostic.notes.map { "  = \($0)" }).joined(separator: "\n")
        }
        let step = diagnostic.step.map { "   step \"\($0)\"" } ?? ""
        output.append("  --> \(name):\(range.line):\(range.column)\(step)")
        let width = String(max(range.line, diagnostic.related?.range.line ?? 0)).count
        let blank = String(repeating: " ", count: width)
        output.append(" \(blank) |")
        if let related = diagnostic.related, related.range.line != range.line {
            output += excerpt(related.range, mark: "-", remark: related.remark, width: width)
        }
        output += excerpt(range, mark: "^", remark: nil, width: width)
        if !diagnostic.notes.isEmpty {
            output.append(" \(blank) |")
            output += diagnostic.notes.map { " \(blank) = \($0)" }
        }
        return output.joined(separator: "\n")
    }

    private func excerpt(_ range: SourceRange, mark: String, remark: String?, width: Int) -> [String] {
        guard lines.indices.contains(range.line - 1) else { return [] }
        let line = lines[range.line - 1]
        let number = String(repeating: " ", count: width - String(range.line).count) + String(range.line)
        // Tabs stay tabs, so that the caret stands under its word in any terminal.
        let indent = String(line.prefix(range.column - 1).map { $0 == "\t" ? "\t" : " " })
        let length = max(1, min(range.length, line.count - range.column + 1))
        let marks = indent + String(repeating: mark, count: length) + (remark.map { " \($0)" } ?? "")
        return [" \(number) | \(line)", " \(String(repeating: " ", count: width)) | \(marks)"]
    }
}
