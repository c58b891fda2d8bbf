import Vocabulary

/// Where a script defines names and where it uses them: variables, sessions, jobs, included files, steps.
package struct ScriptIndex: Sendable {
    package enum Kind: Hashable, Sendable {
        case variable
        /// `session`, `job`, or a host's own kind of name.
        case named(String)
        /// A file that the line takes in.
        case file
        case step
    }

    /// A name at a place.
    package struct Entry: Sendable {
        package let kind: Kind
        package let name: String
        /// Of the name alone.
        package let range: SourceRange
        package let isDefinition: Bool
        /// Of the command in which it stands.
        package let line: String
    }

    package private(set) var entries: [Entry] = []

    /// Lines that cannot be read are left out.
    package init(_ source: Source, catalogue: CommandCatalogue) {
        add(Parser.parse(source, catalogue: catalogue).statements)
    }

    private mutating func add(_ statements: [Statement]) {
        for statement in statements {
            switch statement {
            case .command(let prefixes, let invocation):
                for prefix in prefixes { add(prefix) }
                add(invocation)
            case .conditional(let branches, _):
                for branch in branches {
                    if let condition = branch.condition { add(condition) }
                    add(branch.body)
                }
            case .forEach(let loop, _):
                entries.append(
                    Entry(
                        kind: .variable, name: loop.variable, range: loop.variableRange, isDefinition: true,
                        line: "for \(loop.variable) in …"))
                for word in loop.values + [loop.jobs].compactMap({ $0 }) { addUses(in: word) }
                add(loop.body)
            case .repetition(let count, let body, _):
                addUses(in: count)
                add(body)
            case .invalid: continue
            }
        }
    }

    private mutating func add(_ prefix: Prefix) {
        switch prefix {
        case .when(let condition), .unless(let condition): add(condition)
        case .inSession(let word):
            addUses(in: word)
            add(.named("session"), word, isDefinition: false, "in \(word.source):")
        case .background(let word):
            addUses(in: word)
            add(.named("background"), word, isDefinition: true, "background \(word.source):")
        case .deferred, .trying, .soft, .fails: return
        }
    }

    private mutating func add(_ condition: Condition) {
        switch condition {
        case .truth(let word): addUses(in: word)
        case .comparison(let left, _, let right):
            addUses(in: left)
            addUses(in: right)
        case .match(let left, let right, let name):
            addUses(in: left)
            addUses(in: right)
            add(.variable, name, isDefinition: true, "\(left.source) matches \(right.source)")
        case .succeeds(let invocation): add(invocation)
        case .not(let inner): add(inner)
        case .and(let a, let b), .or(let a, let b):
            add(a)
            add(b)
        }
    }

    private mutating func add(_ invocation: Invocation) {
        for word in invocation.words { addUses(in: word) }
        let line = invocation.source
        for word in invocation.arguments {
            guard let name = word.key ?? word.literal,
                invocation.command.definitions(in: [word]).contains(name)
            else {
                continue
            }
            entries.append(
                Entry(
                    kind: .variable, name: name, range: word.keyRange ?? word.range, isDefinition: true,
                    line: line))
        }
        if let word = invocation.universal("as") { add(.variable, word, isDefinition: true, line) }
        for (naming, word) in invocation.command.namings(of: invocation.written) {
            add(.named(naming.kind), word, isDefinition: naming.creates, line)
        }
        if let word = invocation.command.script(in: invocation.written) {
            add(.file, word, isDefinition: false, line)
        }
        if invocation.command is IncludeCommand, let word = invocation.arguments.first {
            add(.file, word, isDefinition: false, line)
        }
        if invocation.command is StepCommand {
            entries.append(
                Entry(
                    kind: .step, name: invocation.arguments.map(\.source).joined(separator: " "),
                    range: invocation.range, isDefinition: true, line: line))
        }
    }

    private mutating func add(_ kind: Kind, _ word: Word, isDefinition: Bool, _ line: String) {
        guard let name = word.literal, !name.isEmpty else { return }
        entries.append(
            Entry(kind: kind, name: name, range: word.valueRange, isDefinition: isDefinition, line: line))
    }

    private mutating func addUses(in word: Word) {
        for part in word.parts {
            guard case .variable(let path, let range) = part, let name = path.first else { continue }
            let text = Array(range.source.lines[range.line - 1])
            let isBraced = range.column < text.count && text[range.column] == "{"
            let start = range.column + (isBraced ? 2 : 1)
            entries.append(
                Entry(
                    kind: .variable, name: name,
                    range: SourceRange(
                        source: range.source, line: range.line, column: start, length: name.count),
                    isDefinition: false, line: word.source))
        }
    }

    // MARK: Questions

    /// What stands at a place; the shortest where one is part of another.
    package func entry(line: Int, column: Int) -> Entry? {
        entries.filter { $0.kind != .step && $0.range.contains(line: line, column: column) }
            .min { $0.range.length < $1.range.length }
    }

    /// Where a name is defined; the last place before the use, or else the first.
    package func definition(of entry: Entry) -> Entry? {
        let all = occurrences(of: entry).filter(\.isDefinition)
        return all.last { ($0.range.line, $0.range.column) <= (entry.range.line, entry.range.column) }
            ?? all.first
    }

    /// Every place that means the same; `as=` names a session and a variable alike.
    package func occurrences(of entry: Entry) -> [Entry] {
        entries.filter {
            $0.name == entry.name && ($0.kind == entry.kind || isSessionVariable(entry.name, $0, entry))
        }
    }

    private func isSessionVariable(_ name: String, _ a: Entry, _ b: Entry) -> Bool {
        let kinds: Set<Kind> = [a.kind, b.kind]
        guard kinds == [.variable, .named("session")] else { return false }
        // Both are named by one `as=`.
        let definitions = entries.filter { $0.name == name && $0.isDefinition }
        return definitions.contains { one in
            one.kind == .variable
                && definitions.contains { $0.kind == .named("session") && $0.range == one.range }
        }
    }
}

extension Word {
    /// Of the key in `key=value`.
    fileprivate var keyRange: SourceRange? {
        key.map {
            SourceRange(source: range.source, line: range.line, column: range.column, length: $0.count)
        }
    }

    /// Of the value, without its quotes.
    fileprivate var valueRange: SourceRange {
        let lead = (key.map { $0.count + 1 } ?? 0) + (isQuoted ? 1 : 0)
        return SourceRange(
            source: range.source, line: range.line, column: range.column + lead,
            length: max(1, range.length - lead - (isQuoted ? 1 : 0)))
    }
}

extension SourceRange {
    /// The end counts: a cursor stands behind the name that was typed.
    package func contains(line: Int, column: Int) -> Bool {
        self.line == line && self.column <= column && column <= self.column + length
    }
}
