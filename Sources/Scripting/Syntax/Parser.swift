import Vocabulary

/// Builds statements from lines: blocks, prefixes, conditions, and commands looked up in the catalogue. A line that is wrong is reported
/// and left out, so that all mistakes of a file are found together.
package struct Parser {
    private let lines: [Lexer.Line]
    private let catalogue: CommandCatalogue
    private var index = 0
    private var depth = 0
    private var problems: [Diagnostic] = []
    /// Deeper nesting is a mistake, and would exhaust the stack.
    private static let maximumDepth = 64

    /// - Returns: what could be read, and every problem in order.
    package static func parse(_ source: Source, catalogue: CommandCatalogue) -> (
        statements: [Statement], problems: [Diagnostic]
    ) {
        var parser = Parser(lines: Lexer.lines(of: source), catalogue: catalogue)
        do {
            let statements = try parser.block(until: [], opened: nil)
            return (statements, parser.problems)
        } catch {
            return ([], parser.problems + [error])
        }
    }

    private init(lines: [Lexer.Line], catalogue: CommandCatalogue) {
        self.lines = lines
        self.catalogue = catalogue
    }

    private static func failure(_ message: String, _ range: SourceRange, advice: String? = nil) -> Diagnostic
    {
        Diagnostic(.usage, message, range, notes: advice.map { [$0] } ?? [])
    }

    /// Statements up to one of `ends`, which is left unread.
    ///
    /// - Throws: for what leaves it unclear where blocks begin and end; the rest of the file cannot be judged then.
    private mutating func block(until ends: Set<String>, opened: Word?) throws(Diagnostic) -> [Statement] {
        depth += 1
        defer { depth -= 1 }
        if depth > Self.maximumDepth, let opened {
            throw Self.failure("blocks are nested more than \(Self.maximumDepth) deep", opened.range)
        }
        var statements: [Statement] = []
        while index < lines.count {
            let (words, problem) = (lines[index].words, lines[index].problem)
            if let problem {
                problems.append(problem)
                index += 1
                statements.append(try unreadable(words, problem))
                continue
            }
            if let first = words[0].bare, ["end", "else"].contains(first) {
                if ends.contains(first) { return statements }
                throw Self.failure(
                    "\(first) does not belong to any block", words[0].range,
                    advice: "blocks begin with if, unless, for or repeat")
            }
            index += 1
            statements.append(try statement(words))
        }
        if let opened {
            var failure = Self.failure(
                "this block is not closed", opened.range, advice: "add a line with end")
            failure.isUnfinished = true
            throw failure
        }
        return statements
    }

    /// A line that cannot be read may open a block all the same.
    private mutating func unreadable(_ words: [Word], _ problem: Diagnostic) throws(Diagnostic) -> Statement {
        let range = words.first?.range ?? problem.range ?? lines[index - 1].words[0].range
        guard let first = words.first, let keyword = first.bare,
            ["if", "unless", "for", "repeat"].contains(keyword),
            !problem.isUnfinished, !closesOnLine(range)
        else { return .invalid(defines: [], range) }
        _ = try block(until: ["end", "else"], opened: first)
        while index < lines.count, lines[index].words.first?.bare == "else" {
            index += 1
            _ = try block(until: ["end", "else"], opened: first)
        }
        try takeEnd()
        return .invalid(defines: [], range)
    }

    /// Whether a prefix on the line is closed by a colon there, as far as that can be seen.
    private func closesOnLine(_ range: SourceRange) -> Bool {
        range.source.lines[range.line - 1].split(separator: " ").contains { $0.hasSuffix(":") }
    }

    private mutating func statement(_ words: [Word]) throws(Diagnostic) -> Statement {
        var words = words
        if ["if", "unless"].contains(words[0].bare), Self.colon(in: words[...]) == words.count - 1 {
            problems.append(
                Diagnostic(
                    .usage, "a command is missing after the colon",
                    words[0].range.through(words[words.count - 1].range),
                    notes: ["a block is written without the colon; it ends with: end"]))
            words = Self.withoutColon(words)
        }
        if ["if", "unless", "for", "repeat"].contains(words[0].bare), !Self.closesPrefix(words),
            let problem = words.lazy.compactMap(\.problem).first
        {
            problems.append(problem)
        }
        switch words[0].bare {
        case "if" where !Self.closesPrefix(words): return try conditional(words, negated: false)
        case "unless" where !Self.closesPrefix(words): return try conditional(words, negated: true)
        case "for": return try forEach(words)
        case "repeat": return try repetition(words)
        default:
            do {
                return try command(words)
            } catch {
                problems.append(error)
                return .invalid(defines: Self.apparentDefinitions(words), words[0].range)
            }
        }
    }

    /// Whether a line begins a block that an `end` closes.
    static func opensBlock(_ words: [Word]) -> Bool {
        switch words.first?.bare {
        case "if", "unless": !closesPrefix(words)
        case "for", "repeat": true
        default: false
        }
    }

    /// Whether a word that ends in `:` closes this line's prefix.
    private static func closesPrefix(_ words: [Word]) -> Bool { colon(in: words[...]) != nil }

    private static func colon(in words: ArraySlice<Word>) -> Int? {
        words.firstIndex { word in
            guard !word.isQuoted, case .literal(let text)? = word.parts.last else { return false }
            return text.hasSuffix(":")
        }
    }

    /// Names that a line which cannot be read would probably have defined.
    private static func apparentDefinitions(_ words: [Word]) -> [String] {
        words.compactMap { word in word.key == "as" ? word.literal : word.key }
    }

    /// The words of a prefix without the closing colon, and what follows.
    private static func split(_ words: ArraySlice<Word>, _ what: String) throws(Diagnostic) -> (
        ArraySlice<Word>, ArraySlice<Word>
    ) {
        let first = words[words.startIndex]
        guard let end = colon(in: words) else {
            throw failure("\(what) needs a colon before its command", first.range)
        }
        let inside = withoutColon(Array(words[words.startIndex...end]))
        let rest = words[(end + 1)...]
        guard !rest.isEmpty else {
            throw failure("a command is missing after the colon", first.range.through(words[end].range))
        }
        return (inside[...], rest)
    }

    /// The words without the colon that the last of them ends in.
    private static func withoutColon(_ words: [Word]) -> [Word] {
        var inside = words
        var last = inside.removeLast()
        if case .literal(var text)? = last.parts.popLast() {
            text.removeLast()
            if !text.isEmpty { last.parts.append(.literal(text)) }
        }
        if !last.parts.isEmpty || last.key != nil { inside.append(last) }
        return inside
    }

    private func command(_ words: [Word]) throws(Diagnostic) -> Statement {
        var prefixes: [Prefix] = []
        var rest = words[...]
        prefixes: while let word = rest.first?.bare {
            switch word {
            case "defer": prefixes.append(.deferred)
            case "try": prefixes.append(.trying)
            case "soft": prefixes.append(.soft)
            case "in", "background":
                let (inside, after) = try Self.split(rest, word)
                guard inside.count == 2, let name = inside.last, name.key == nil else {
                    throw Self.failure(
                        "\(word) is written: \(word) \(word == "in" ? "SESSION" : "NAME"): COMMAND",
                        rest[rest.startIndex].range)
                }
                prefixes.append(word == "in" ? .inSession(name) : .background(name))
                rest = after
                continue
            case "fails", "fails:":
                let (inside, after) = try Self.split(rest, "fails")
                prefixes.append(.fails(try failureCode(inside)))
                rest = after
                continue
            case "if", "unless":
                let (inside, after) = try Self.split(rest, word)
                let condition = try ConditionParser(catalogue: catalogue).parse(
                    inside.dropFirst(), after: rest[rest.startIndex])
                prefixes.append(word == "if" ? .when(condition) : .unless(condition))
                rest = after
                continue
            default: break prefixes
            }
            let prefix = rest.removeFirst()
            guard !rest.isEmpty else {
                throw Self.failure("a command is missing after \(word)", prefix.range)
            }
        }
        if let problem = words[..<rest.startIndex].lazy.compactMap(\.problem).first { throw problem }
        return .command(prefixes, try Invocation(Array(rest), in: catalogue))
    }

    private func failureCode(_ words: ArraySlice<Word>) throws(Diagnostic) -> FailureCode? {
        let names = words.dropFirst(words.first?.bare == "fails" ? 1 : 0)
        guard let word = names.first else { return nil }
        guard names.count == 1, let name = word.bare,
            let code = catalogue.failureCodes.first(where: { $0.name == name })
        else {
            throw Self.failure(
                "\(word.source) is not a failure code", word.range,
                advice: "known: " + catalogue.failureCodes.map(\.name).joined(separator: " "))
        }
        return code
    }

    /// A condition that cannot be read is reported; its block is read all the same.
    private mutating func condition(_ words: ArraySlice<Word>, after keyword: Word) -> Condition {
        do {
            return try ConditionParser(catalogue: catalogue).parse(words, after: keyword)
        } catch {
            problems.append(error)
            return .truth(Word(parts: [.literal("")], range: keyword.range))
        }
    }

    private mutating func conditional(_ words: [Word], negated: Bool) throws(Diagnostic) -> Statement {
        let range = words[0].range.through(words[words.count - 1].range)
        let first = condition(words.dropFirst(), after: words[0])
        var branches = [
            Statement.Branch(
                condition: negated ? .not(first) : first,
                body: try block(until: ["end", "else"], opened: words[0]))
        ]
        while index < lines.count, lines[index].words[0].bare == "else" {
            let branch = lines[index].words
            index += 1
            if negated {
                throw Self.failure("unless has no else", branch[0].range, advice: "write if and else instead")
            }
            guard branches.last?.condition != nil else {
                throw Self.failure("only end may follow else", branch[0].range)
            }
            var next: Condition?
            if branch.count > 1 {
                guard branch[1].bare == "if" else {
                    throw Self.failure(
                        "else stands on a line of its own, or is written else if CONDITION", branch[1].range)
                }
                next = condition(branch.dropFirst(2), after: branch[1])
            }
            branches.append(
                .init(condition: next, body: try block(until: ["end", "else"], opened: words[0])))
        }
        try takeEnd()
        return .conditional(branches, range)
    }

    private mutating func forEach(_ words: [Word]) throws(Diagnostic) -> Statement {
        guard words.count >= 4, let name = words[1].bare, words[2].bare == "in" else {
            throw Self.failure("for is written: for NAME in VALUE…", words[0].range)
        }
        if let foreign = words.first(where: { $0.bare == "do" || $0.bare?.hasSuffix(";") ?? false }) {
            problems.append(
                Self.failure(
                    "\(foreign.source) does not belong here", foreign.range,
                    advice: "for NAME in VALUE… stands on a line of its own; the block ends with end"))
        }
        var values = words[3...]
        var (jobs, keepsGoing): (Word?, Bool) = (nil, false)
        while let last = values.last, values.count > 1,
            last.key == Loop.jobsKey || last.bare == Loop.keepGoing
        {
            if last.key == Loop.jobsKey, jobs == nil {
                jobs = last
            } else if last.key == nil, !keepsGoing {
                keepsGoing = true
            } else {
                problems.append(Self.failure("\(last.source) is given twice", last.range))
            }
            values.removeLast()
        }
        if let keyed = values.first(where: { $0.key != nil }) {
            problems.append(
                Self.failure(
                    "for takes values only, not \(keyed.key ?? "")=", keyed.range,
                    advice:
                        "a value with = in it stands in quotes; behind the values, jobs=N runs N bodies at a time"
                ))
        }
        let body = try block(until: ["end"], opened: words[0])
        try takeEnd()
        let loop = Loop(
            variable: name, variableRange: words[1].range, values: Array(values), jobs: jobs,
            keepsGoing: keepsGoing, body: body)
        return .forEach(loop, words[0].range)
    }

    private mutating func repetition(_ words: [Word]) throws(Diagnostic) -> Statement {
        guard words.count == 2 else { throw Self.failure("repeat is written: repeat NUMBER", words[0].range) }
        let body = try block(until: ["end"], opened: words[0])
        try takeEnd()
        return .repetition(count: words[1], body: body, words[0].range)
    }

    private mutating func takeEnd() throws(Diagnostic) {
        // `block` returns in front of an end or else only, and else was dealt with.
        let words = lines[index].words
        index += 1
        guard words.count == 1 else {
            throw Self.failure("end stands on a line of its own", words[1].range)
        }
    }
}
