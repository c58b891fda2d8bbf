import Vocabulary

/// A command that is run once more with other parameters.
package enum ChangedCommand {
    /// The same statement with words set or added, in its own place of the source.
    ///
    /// - Parameter changes: `key=value` as it is written; a key that is there already gets the new value.
    /// - Throws: `Failure` (usage), `Diagnostic` for what the command does not take.
    package static func statement(
        _ statement: Statement, changes: [String], catalogue: CommandCatalogue
    ) throws -> Statement {
        guard !changes.isEmpty else { return statement }
        guard case .command(_, let invocation) = statement else {
            throw Failure(.usage, "only a single command can be changed; this is a block")
        }
        let source = invocation.range.source
        var lines = source.lines
        try apply(changes, to: invocation, &lines, catalogue)
        // The other lines are there for the place in messages only. Prefixes may stand on lines before the command.
        let (first, last) = extent(of: invocation, lines)
        for number in lines.indices where number < first { lines[number] = "" }
        lines.removeSubrange((last + 1)...)
        let (statements, problems) = Parser.parse(source.replacing(lines), catalogue: catalogue)
        if let problem = problems.first { throw problem }
        guard let changed = statements.first, statements.count == 1 else {
            throw Failure(.usage, "this command cannot be changed: write it anew")
        }
        return changed
    }

    /// The words of `again` in a text that is that command alone; nil for other texts.
    package static func changes(in text: String, catalogue: CommandCatalogue) -> [String]? {
        let (statements, problems) = Parser.parse(Source(name: "shell", text: text), catalogue: catalogue)
        guard problems.isEmpty, statements.count == 1,
            case .command(let prefixes, let invocation)? = statements.first,
            prefixes.isEmpty, invocation.command is AgainCommand
        else { return nil }
        return invocation.arguments.map(\.source)
    }

    /// The same line of text with words set or added.
    ///
    /// - Throws: `Failure` (usage) for a text that is not one command.
    package static func text(_ text: String, changes: [String], catalogue: CommandCatalogue) throws -> String
    {
        guard !changes.isEmpty else { return text }
        let source = Source(name: "again", text: text)
        let (statements, _) = Parser.parse(source, catalogue: catalogue)
        guard case .command(_, let invocation)? = statements.first, statements.count == 1 else {
            throw Failure(.usage, "only a single command can be changed; the last line was more than that")
        }
        var lines = source.lines
        try apply(changes, to: invocation, &lines, catalogue)
        return lines.joined(separator: "\n")
    }

    /// The lines of the statement, from 0: a backslash at a line's end joins it with the next, and so do three quotes that are open.
    private static func extent(of invocation: Invocation, _ lines: [String]) -> (first: Int, last: Int) {
        var first = invocation.range.line - 1
        while first > 0, lines[first - 1].hasSuffix("\\") { first -= 1 }
        var last = max(first, (invocation.words.map(\.range.line).max() ?? 0) - 1)
        while last + 1 < lines.count, lines[last].hasSuffix("\\") || isOpen(lines[first...last]) { last += 1 }
        return (first, last)
    }

    private static func isOpen(_ lines: ArraySlice<String>) -> Bool {
        lines.reduce(0) { $0 + $1.ranges(of: tripleQuote).count } % 2 == 1
    }

    private static let tripleQuote = "\"\"\""

    /// - Throws: `Failure` (usage) for a key that the command does not take: in front of a text it would become a part of it.
    private static func checkKey(_ key: String, of invocation: Invocation) throws {
        let description = invocation.command.description
        if case .raw = description.words { return }
        if description.takesInputs, key == key.uppercased() { return }
        let firstWord = invocation.arguments.first { $0.key == nil }?.literal
        let known = invocation.command.possibleParameters(firstWord: firstWord) + UniversalParameters.all
        guard !known.contains(where: { $0.isNamed(key) }) else { return }
        throw Failure(
            .usage, "\(description.name) takes no \(key)=",
            hints: [
                Suggestion.nearest(to: key, among: known.map(\.name)).map { "did you mean \($0)=?" },
                "known: " + known.map { "\($0.name)=" }.joined(separator: " "),
            ].compactMap { $0 })
    }

    private static func apply(
        _ changes: [String], to invocation: Invocation, _ lines: inout [String], _ catalogue: CommandCatalogue
    ) throws {
        let keyed = invocation.keyed + invocation.universal
        var (replaced, added): ([(SourceRange, String)], [String]) = ([], [])
        var given = Set<String>()
        for change in changes {
            guard let equals = change.firstIndex(of: "="), equals != change.startIndex else {
                throw Failure(
                    .usage, "\(change) is not key=value", hints: ["for example: again within=60s"])
            }
            let key = String(change[..<equals])
            try checkKey(key, of: invocation)
            let old = keyed.last { $0.parameter.isNamed(key) }
            let isFirst = given.insert(old?.parameter.name ?? key).inserted
            guard isFirst || old?.parameter.isRepeatable ?? true else {
                throw Failure(.usage, "\(key)= is given twice")
            }
            if let old = old?.word, isFirst {
                guard !text(of: old.range, lines).hasSuffix(tripleQuote) else {
                    throw Failure(.usage, "\(key)= goes over several lines: write the command anew")
                }
                replaced.append((old.range, change))
            } else {
                added.append(change)
            }
        }
        let nameWords = try catalogue.resolve(invocation.words).nameWords
        let name = invocation.words[nameWords - 1].range
        // From the right, so that the places of the others stay what they are.
        let edits = (replaced + [(name, ([text(of: name, lines)] + added).joined(separator: " "))])
            .sorted { ($0.0.line, $0.0.startColumn) > ($1.0.line, $1.0.startColumn) }
        for (range, new) in edits {
            var line = Array(lines[range.line - 1])
            line.replaceSubrange(
                (range.startColumn - 1)..<(range.startColumn - 1 + range.characters), with: Array(new))
            lines[range.line - 1] = String(line)
        }
    }

    private static func text(of range: SourceRange, _ lines: [String]) -> String {
        String(Array(lines[range.line - 1])[(range.startColumn - 1)...].prefix(range.characters))
    }
}
