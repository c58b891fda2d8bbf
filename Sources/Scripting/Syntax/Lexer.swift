/// Splits source text into statements of words (design: the `.pika` language, LINES and WORDS).
struct Lexer {
    /// One statement, continuation lines joined.
    struct Line: Equatable, Sendable {
        let words: [Word]
        /// Source line of the first word.
        var number: Int { words.first?.range.line ?? 0 }
    }

    private let source: Source
    private let lines: [[Character]]
    private var row = 0
    private var column = 0

    private init(_ source: Source) {
        self.source = source
        lines = source.lines.map(Array.init)
    }

    /// - Throws: `Diagnostic` at the first character that cannot be read.
    static func lines(of source: Source) throws(Diagnostic) -> [Line] {
        var lexer = Lexer(source)
        var result: [Line] = []
        while lexer.row < lexer.lines.count {
            if lexer.row == 0, lexer.lines[0].starts(with: "#!") {
                lexer.nextRow()
                continue
            }
            let words = try lexer.statement()
            if !words.isEmpty { result.append(Line(words: words)) }
        }
        return result
    }

    private mutating func nextRow() {
        row += 1
        column = 0
    }

    private var current: Character? {
        row < lines.count && column < lines[row].count ? lines[row][column] : nil
    }

    private func peek(_ offset: Int) -> Character? {
        row < lines.count && column + offset < lines[row].count ? lines[row][column + offset] : nil
    }

    private func isBlank(_ character: Character?) -> Bool { character == " " || character == "\t" }

    private func range(from start: Int) -> SourceRange {
        SourceRange(source: source, line: row + 1, column: start + 1, length: max(column - start, 1))
    }

    private func failure(_ message: String, at start: Int, advice: String? = nil) -> Diagnostic {
        Diagnostic(.usage, message, range(from: start), notes: advice.map { [$0] } ?? [])
    }

    /// Words up to the end of the statement; leaves the cursor on the next line.
    private mutating func statement() throws(Diagnostic) -> [Word] {
        var words: [Word] = []
        while true {
            while isBlank(current) { column += 1 }
            guard let character = current else {
                nextRow()
                return words
            }
            if character == "#", isComment {
                nextRow()
                return words
            }
            if character == "\\", restIsBlank(after: 1) {
                nextRow()
                guard row < lines.count else { return words }
                continue
            }
            if character == "\"", peek(1) == "\"", peek(2) == "\"" {
                words.append(try block(key: nil, start: column))
                continue
            }
            words.append(try word())
        }
    }

    /// `#` opens a comment at line start or as a word of its own.
    private var isComment: Bool {
        let startsLine = lines[row][..<column].allSatisfy { isBlank($0) }
        return startsLine || peek(1) == nil || isBlank(peek(1))
    }

    private func restIsBlank(after offset: Int) -> Bool {
        lines[row][(column + offset)...].allSatisfy { isBlank($0) }
    }

    private mutating func word() throws(Diagnostic) -> Word {
        let start = column
        let key = takeKey()
        if key != nil, current == "\"", peek(1) == "\"", peek(2) == "\"" {
            return try block(key: key, start: start)
        }
        if current == "\"" {
            let parts = try quoted()
            guard current == nil || isBlank(current) else {
                throw failure(
                    "text follows the closing quote directly", at: start,
                    advice: "put a blank after the quote, or write \\\" inside it")
            }
            return Word(key: key, parts: parts, isQuoted: true, range: range(from: start))
        }
        var parts: [Word.Part] = []
        var literal = ""
        while let character = current, !isBlank(character) {
            switch character {
            case "$":
                if let variable = try variable() {
                    if !literal.isEmpty { parts.append(.literal(literal)) }
                    literal = ""
                    parts.append(variable)
                } else {
                    literal.append("$")
                    column += 1
                }
            case "\\" where peek(1) == "$":
                literal.append("$")
                column += 2
            case "\\" where restIsBlank(after: 1):
                // A continuation right behind a word.
                if !literal.isEmpty { parts.append(.literal(literal)) }
                return Word(key: key, parts: parts, range: range(from: start))
            default:
                literal.append(character)
                column += 1
            }
        }
        if !literal.isEmpty || parts.isEmpty { parts.append(.literal(literal)) }
        return Word(key: key, parts: parts, range: range(from: start))
    }

    /// `name=` in front of a value: letters, digits, `-`, `_`, beginning with a letter.
    private mutating func takeKey() -> String? {
        var end = column
        while end < lines[row].count, let first = lines[row][column...].first, first.isASCII, first.isLetter {
            let character = lines[row][end]
            guard character.isASCII,
                character.isLetter || character.isNumber || character == "-" || character == "_"
            else {
                break
            }
            end += 1
        }
        guard end > column, end < lines[row].count, lines[row][end] == "=" else { return nil }
        // `==` is a comparison, never a key.
        guard end + 1 >= lines[row].count || lines[row][end + 1] != "=" else { return nil }
        let key = String(lines[row][column..<end])
        column = end + 1
        return key
    }

    /// `$name.path` or `${name}`; nil where `$` is just a dollar.
    private mutating func variable() throws(Diagnostic) -> Word.Part? {
        let start = column
        let isBraced = peek(1) == "{"
        var end = column + (isBraced ? 2 : 1)
        let begin = end
        let line = lines[row]
        while end < line.count {
            let character = line[end]
            let isName = character.isASCII && (character.isLetter || character.isNumber || character == "_")
            // A dot belongs to the path only when a name follows: "see $name." ends a sentence.
            let isDot =
                character == "." && end > begin && end + 1 < line.count && line[end + 1].isASCII
                && (line[end + 1].isLetter || line[end + 1].isNumber || line[end + 1] == "_")
            guard isName || isDot else { break }
            end += 1
        }
        guard end > begin, line[begin].isLetter || line[begin] == "_" else {
            guard isBraced else { return nil }
            throw failure(
                "the name of the variable is missing after ${", at: start,
                advice: "write \\${ for the two characters")
        }
        let path = String(line[begin..<end]).split(separator: ".").map(String.init)
        if isBraced {
            guard end < line.count, line[end] == "}" else {
                throw failure("} is missing after ${\(path.joined(separator: "."))", at: start)
            }
            end += 1
        }
        column = end
        return .variable(path, range(from: start))
    }

    /// Inside double quotes: blanks, escapes, variables.
    private mutating func quoted() throws(Diagnostic) -> [Word.Part] {
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
    private mutating func block(key: String?, start: Int) throws(Diagnostic) -> Word {
        let opening = (row: row, column: start)
        column += 3
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
            range: SourceRange(source: source, line: opening.row + 1, column: start + 1, length: 3))
    }
}
