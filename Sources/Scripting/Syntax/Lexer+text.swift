/// Quoted text: on one line, and in blocks of lines.
extension Lexer {
    /// Inside double quotes: blanks, escapes, variables.
    mutating func quoted() throws(Diagnostic) -> [Word.Part] {
        let start = column
        column += 1
        var parts: [Word.Part] = []
        var literal = ""
        while true {
            guard let character = current else {
                throw failure(
                    "the closing quote is missing", at: start,
                    advice: "a quoted text ends on its own line; use \"\"\" for more lines")
            }
            if character == "\"" {
                column += 1
                if !literal.isEmpty || parts.isEmpty { parts.append(.literal(literal)) }
                return parts
            }
            try piece(character, &parts, &literal)
        }
    }

    /// One character, escape or variable of quoted text.
    private mutating func piece(
        _ character: Character, _ parts: inout [Word.Part], _ literal: inout String
    ) throws(Diagnostic) {
        switch character {
        case "\\":
            literal.append(try escape())
        case "$":
            if let variable = try variable() {
                if !literal.isEmpty { parts.append(.literal(literal)) }
                literal = ""
                parts.append(variable)
            } else {
                literal.append("$")
                column += 1
            }
        default:
            literal.append(character)
            column += 1
        }
    }

    private mutating func escape() throws(Diagnostic) -> Character {
        let start = column
        defer { column += 1 }
        column += 1
        switch current {
        case "\"": return "\""
        case "\\": return "\\"
        case "$": return "$"
        case "n": return "\n"
        case "t": return "\t"
        case "u":
            guard peek(1) == "{", let end = lines[row][column...].firstIndex(of: "}"),
                let value = UInt32(String(lines[row][(column + 2)..<end]), radix: 16),
                let scalar = Unicode.Scalar(value)
            else {
                throw failure("a character is written \\u{e9}, with its number in hexadecimal", at: start)
            }
            column = end
            return Character(scalar)
        default:
            throw failure(
                "\\\(current.map(String.init) ?? "") is not an escape sequence", at: start,
                advice: "the escape sequences are \\\" \\\\ \\$ \\n \\t \\u{e9}")
        }
    }

    /// `"""` text on lines of its own; the common indent is removed.
    mutating func block(key: String?, start: Int) throws(Diagnostic) -> Word {
        let opening = (row: row, column: start)
        column += 3
        let length = column - start
        guard restIsBlank(after: 0) else {
            throw failure("text must begin on the line after \"\"\"", at: start)
        }
        nextRow()
        let first = row
        while row < lines.count,
            String(lines[row]).trimmingPrefix(while: { $0 == " " || $0 == "\t" }) != "\"\"\""
        {
            row += 1
        }
        guard row < lines.count else {
            row = opening.row
            var unfinished = failure(
                "the closing \"\"\" is missing", at: start, advice: "it stands alone on its line")
            unfinished.isUnfinished = true
            throw unfinished
        }
        let end = row
        let indent =
            (first..<end).filter { !lines[$0].allSatisfy { isBlank($0) } }
            .map { lines[$0].prefix { isBlank($0) }.count }.min() ?? 0
        var parts: [Word.Part] = []
        var literal = ""
        for index in first..<end {
            row = index
            column = min(indent, lines[index].count)
            if index > first { literal.append("\n") }
            while let character = current { try piece(character, &parts, &literal) }
        }
        if !literal.isEmpty || parts.isEmpty { parts.append(.literal(literal)) }
        row = end
        column = lines[end].count
        return Word(
            key: key, parts: parts, isQuoted: true,
            range: SourceRange(source: source, line: opening.row + 1, column: start + 1, length: length))
    }
}
