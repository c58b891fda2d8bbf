/// Splits source text into statements of words (design: the `.pika` language, LINES and WORDS).
struct Lexer {
    /// One statement, continuation lines joined.
    struct Line: Equatable, Sendable {
        let words: [Word]
        /// Those it is written on, counted from 0.
        var rows: Range<Int>
        /// Why it could not be read to its end; then `words` holds at most its first word.
        var problem: Diagnostic?
    }

    let source: Source
    let lines: [[Character]]
    var row = 0
    var column = 0

    private init(_ source: Source) {
        self.source = source
        lines = source.lines.map(Array.init)
    }

    /// All statements. One that cannot be read is kept with its problem, so that the blocks around it stay whole.
    static func lines(of source: Source) -> [Line] {
        var lexer = Lexer(source)
        var result: [Line] = []
        while lexer.row < lexer.lines.count {
            if lexer.row == 0, lexer.lines[0].starts(with: "#!") {
                lexer.nextRow()
                continue
            }
            let (start, first) = (lexer.row, lexer.firstWord)
            do {
                let words = try lexer.statement()
                if !words.isEmpty { result.append(Line(words: words, rows: start..<lexer.row)) }
            } catch {
                result.append(
                    Line(words: first.map { [$0] } ?? [], rows: start..<lexer.row + 1, problem: error))
                // An unclosed text takes the rest of the file along.
                (lexer.row, lexer.column) =
                    error.isUnfinished ? (lexer.lines.count, 0) : (max(start, lexer.row) + 1, 0)
            }
        }
        return result
    }

    /// The plain word that a line begins with, looked at without reading it.
    private var firstWord: Word? {
        let line = lines[row]
        let start = line.firstIndex { !isBlank($0) } ?? line.count
        let text = line[start...].prefix { $0.isASCII && $0.isLetter }
        guard !text.isEmpty else { return nil }
        return Word(
            parts: [.literal(String(text))],
            range: SourceRange(source: source, line: row + 1, column: start + 1, length: text.count))
    }

    mutating func nextRow() {
        row += 1
        column = 0
    }

    var current: Character? {
        row < lines.count && column < lines[row].count ? lines[row][column] : nil
    }

    func peek(_ offset: Int) -> Character? {
        row < lines.count && column + offset < lines[row].count ? lines[row][column + offset] : nil
    }

    /// Blanks as people have them, the no-break space that comes with pasted text included.
    func isBlank(_ character: Character?) -> Bool {
        guard let character else { return false }
        return character == " " || character == "\t"
            || character.unicodeScalars.allSatisfy { $0.properties.generalCategory == .spaceSeparator }
    }

    func range(from start: Int) -> SourceRange {
        SourceRange(source: source, line: row + 1, column: start + 1, length: max(column - start, 1))
    }

    func failure(_ message: String, at start: Int, advice: String? = nil) -> Diagnostic {
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
            words.append(try word(behind: words))
            if current == ":", words[words.count - 1].isQuoted {
                words.append(Word(parts: [.literal(":")], range: range(from: column)))
                column += 1
            }
        }
    }

    /// Whether the colon here closes a prefix, such as the one in `if $x == "a b": COMMAND`.
    private func closesPrefix(_ words: [Word]) -> Bool {
        current == ":" && (peek(1) == nil || isBlank(peek(1)))
            && words.contains { ["if", "unless", "in", "background", "fails"].contains($0.bare) }
    }

    /// `#` opens a comment at line start or as a word of its own.
    private var isComment: Bool {
        let startsLine = lines[row][..<column].allSatisfy { isBlank($0) }
        return startsLine || peek(1) == nil || isBlank(peek(1))
    }

    func restIsBlank(after offset: Int) -> Bool {
        lines[row][(column + offset)...].allSatisfy { isBlank($0) }
    }

    /// - Parameter words: what stands before it on the line; behind `matches` stands a regular expression, which may hold blanks.
    private mutating func word(behind words: [Word]) throws(Diagnostic) -> Word {
        let start = column
        let previous = words.last
        let key = takeKey()
        if current == "/", key == "on" || key == nil && previous?.bare == "matches" {
            return try pattern(key: key, start: start, behind: words)
        }
        if key != nil, current == "\"", peek(1) == "\"", peek(2) == "\"" {
            return try block(key: key, start: start)
        }
        if current == "\"" {
            let parts = try quoted()
            if current == nil || isBlank(current) || closesPrefix(words) {
                return Word(key: key, parts: parts, isQuoted: true, range: range(from: start))
            }
            let problem = failure(
                "text follows the closing quote directly", at: start,
                advice: "put a blank after the quote, or write \\\" inside it")
            var word = try plain(key: key, start: start, behind: Self.asWritten(parts))
            word.problem = problem
            return word
        }
        return try plain(key: key, start: start)
    }

    /// What stood in quotes, with them.
    private static func asWritten(_ parts: [Word.Part]) -> [Word.Part] {
        let inside = parts.map { part in
            guard case .literal(let text) = part else { return part }
            return .literal(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))
        }
        return [.literal("\"")] + inside + [.literal("\"")]
    }

    /// A word without quotes.
    ///
    /// - Parameter beginning: what was read of it already.
    private mutating func plain(key: String?, start: Int, behind beginning: [Word.Part] = [])
        throws(Diagnostic) -> Word
    {
        var parts = beginning
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

    /// `/regular expression/`, up to the slash that a blank follows, or the colon of a prefix. Backslashes are its own; `$name` is a variable, `\$` a dollar.
    private mutating func pattern(key: String?, start: Int, behind words: [Word]) throws(Diagnostic) -> Word {
        let line = lines[row]
        let isPrefix = words.contains { ["if", "unless"].contains($0.bare) }
        let end = (column + 1..<max(line.count, column + 1)).first { place in
            line[place] == "/" && line[place - 1] != "\\"
                && (place + 1 == line.count || isBlank(line[place + 1])
                    || isPrefix && line[place + 1] == ":"
                        && (place + 2 == line.count || isBlank(line[place + 2])))
        }
        guard let end else {
            throw failure(
                "the regular expression does not end", at: start,
                advice: "it is written between slashes: /re/")
        }
        var parts: [Word.Part] = []
        var literal = ""
        while column <= end {
            let character = line[column]
            if character == "\\", column < end {
                literal += [character, line[column + 1]]
                column += 2
            } else if character == "$", let variable = try variable() {
                if !literal.isEmpty { parts.append(.literal(literal)) }
                literal = ""
                parts.append(variable)
            } else {
                literal.append(character)
                column += 1
            }
        }
        if !literal.isEmpty { parts.append(.literal(literal)) }
        return Word(key: key, parts: parts, isQuoted: true, range: range(from: start))
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
    mutating func variable() throws(Diagnostic) -> Word.Part? {
        let start = column
        let isBraced = peek(1) == "{"
        var end = column + (isBraced ? 2 : 1)
        let begin = end
        let line = lines[row]
        while end < line.count {
            let character = line[end]
            // Between braces a field may have dashes: ${r.headers.content-type}.
            let isDash = isBraced && character == "-" && line[begin..<end].contains(".")
            let isName =
                character.isASCII && (character.isLetter || character.isNumber || character == "_") || isDash
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
                let isShell = end < line.count && ":-=?+#%".contains(line[end])
                throw failure(
                    "} is missing after ${\(path.joined(separator: "."))", at: start,
                    advice: isShell ? "a default stands where the input is declared: env NAME=default" : nil)
            }
            end += 1
        }
        column = end
        return .variable(path, range(from: start))
    }
}
