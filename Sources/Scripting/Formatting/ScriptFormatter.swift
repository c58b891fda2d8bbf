import Vocabulary

/// One style for scripts: two blanks for each block, one blank between words, at most one empty line, comments where they are. What a line
/// says never changes: the result is read again and compared.
///
/// ```swift
/// ScriptFormatter.format(Source(name: "a", text: "if $mock\necho   hi\nend"), catalogue: .general)
/// // "if $mock\n  echo hi\nend\n"
/// ```
package struct ScriptFormatter {
    private static let indent = 2
    /// Of a line that goes on from the one before.
    private static let continuation = 4

    private let source: Source
    private let rows: [[Character]]
    private let statements: [Lexer.Line]
    /// Rows on which a statement of shell code begins.
    private let codeRows: Set<Int>

    /// - Returns: the text in the one style; the mistakes where the script cannot be read.
    /// - Throws: `Failure` (protocol) where the result would mean something else, which is a mistake of ours.
    package static func format(_ source: Source, catalogue: CommandCatalogue) throws -> Result<
        String, ScriptProblems
    > {
        let (statements, problems) = Parser.parse(source, catalogue: catalogue)
        guard problems.isEmpty else { return .failure(ScriptProblems(problems: problems)) }
        let codeRows = statements.commands.map(\.invocation).filter { invocation in
            if case .code = invocation.command.description.words { true } else { false }
        }.map { $0.range.line - 1 }
        let formatter = ScriptFormatter(source: source, codeRows: Set(codeRows))
        let text = formatter.text()
        guard formatter.meansTheSame(text) else {
            throw Failure(
                .protocolError,
                "\(source.name): the formatted script would mean something else; it stays as it is",
                hints: ["this is a mistake in pikachat: please report it with the file"])
        }
        return .success(text)
    }

    private init(source: Source, codeRows: Set<Int>) {
        self.source = source
        self.codeRows = codeRows
        rows = source.lines.map(Array.init)
        statements = Lexer.lines(of: source)
    }

    private func meansTheSame(_ text: String) -> Bool {
        let again = Lexer.lines(of: Source(name: source.name, text: text))
        return again.count == statements.count
            && zip(again, statements).allSatisfy { a, b in
                a.problem == nil && a.words.map(\.meaning) == b.words.map(\.meaning)
            }
    }

    // MARK: Lines

    private func text() -> String {
        var output: [String] = []
        var depth = 0
        var row = 0
        for statement in statements {
            while row < statement.rows.lowerBound {
                add(comment(rows[row], depth), to: &output)
                row += 1
            }
            let keyword = statement.words[0].bare
            let isMiddle = keyword == "else" || keyword == "end"
            if isMiddle { depth = max(0, depth - 1) }
            for line in lines(of: statement, depth) { output.append(line) }
            row = statement.rows.upperBound
            if keyword == "else" || Parser.opensBlock(statement.words) { depth += 1 }
        }
        while row < rows.count {
            add(comment(rows[row], depth), to: &output)
            row += 1
        }
        while output.last?.isEmpty ?? false { output.removeLast() }
        return output.isEmpty ? "" : output.joined(separator: "\n") + "\n"
    }

    /// Empty lines stand alone, and none is the first.
    private func add(_ line: String, to output: inout [String]) {
        if line.isEmpty, output.last?.isEmpty ?? true { return }
        output.append(line)
    }

    /// A row without a statement.
    private func comment(_ row: [Character], _ depth: Int) -> String {
        let text = Self.trimmed(row[...])
        guard !text.isEmpty else { return "" }
        // `#!` means something on the first line only.
        return text.hasPrefix("#!") && depth == 0 ? text : Self.blanks(depth * Self.indent) + text
    }

    private func lines(of statement: Lexer.Line, _ depth: Int) -> [String] {
        let first = statement.rows.lowerBound
        return statement.rows.map { row in
            let words = statement.words.filter { $0.range.line - 1 == row }
            if row == first, codeRows.contains(row) {
                return Self.blanks(depth * Self.indent) + Self.trimmed(rows[row][...])
            }
            // Shell code, and the lines of a text, are as they are written.
            guard row == first || !words.isEmpty && !isCode(statement) else { return String(rows[row]) }
            let lead = depth * Self.indent + (row == first ? 0 : Self.continuation)
            return Self.blanks(lead) + joined(words, rows[row])
        }
    }

    private func isCode(_ statement: Lexer.Line) -> Bool { codeRows.contains(statement.rows.lowerBound) }

    private func joined(_ words: [Word], _ row: [Character]) -> String {
        var (text, end) = ("", 0)
        for word in words {
            let start = word.range.column - 1
            if !text.isEmpty, start > end { text += " " }
            let next = min(row.count, start + word.range.length)
            text += String(row[start..<max(start, next)])
            end = max(start, next)
        }
        let rest = Self.trimmed(row[min(end, row.count)...])
        return rest.isEmpty ? text : "\(text) \(rest)"
    }

    private static func trimmed(_ characters: ArraySlice<Character>) -> String {
        let start = characters.firstIndex { !$0.isWhitespace } ?? characters.endIndex
        let end = characters.lastIndex { !$0.isWhitespace }.map { $0 + 1 } ?? start
        return String(characters[start..<max(start, end)])
    }

    private static func blanks(_ count: Int) -> String { String(repeating: " ", count: count) }
}

extension Word {
    /// What it says, wherever it stands.
    fileprivate var meaning: String {
        let parts = parts.map { part in
            switch part {
            case .literal(let text): "t\(text.utf8.count):\(text)"
            case .variable(let path, _): "v\(path.joined(separator: "."));"
            }
        }
        return "\(isQuoted)\(key ?? "")=\(parts.joined())"
    }
}
