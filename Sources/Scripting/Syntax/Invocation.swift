import Vocabulary

/// A command as it was written, with its name looked up and its words sorted. Made once, by the parser; the checker judges it and
/// the interpreter evaluates it.
package struct Invocation: Equatable, Sendable {
    /// All words, the command's own name first.
    package let words: [Word]
    package let command: any Command
    package let written: WrittenCall
    /// The words that belong to the command, without its name.
    package let arguments: [Word]
    let keyed: [(parameter: Parameter, word: Word)]
    let universal: [(parameter: Parameter, word: Word)]

    /// - Throws: `Diagnostic` for a name that does not exist, a key that does not belong, too many or too few words, a parameter that
    ///   would have no effect.
    init(_ words: [Word], in catalogue: CommandCatalogue) throws(Diagnostic) {
        let (command, nameWords) = try catalogue.resolve(words)
        let rest = words.dropFirst(nameWords)
        var sorted = SortedWords(
            description: command.description,
            parameters: command.possibleParameters(firstWord: rest.first { $0.key == nil }?.literal))
        try sorted.sort(rest)
        // In text and code, quotes count as they are written.
        let isVerbatim =
            switch command.description.words {
            case .text, .code: true
            case .none, .list, .raw: false
            }
        let judged = (sorted.keyed + sorted.universal).map(\.word) + (isVerbatim ? [] : sorted.arguments)
        if let problem = (words.prefix(nameWords) + judged).lazy.compactMap(\.problem).first { throw problem }
        self.words = words
        self.command = command
        arguments = sorted.arguments
        keyed = sorted.keyed
        universal = sorted.universal
        written = WrittenCall(
            words: arguments,
            parameters: Dictionary(keyed.map { ($0.parameter.name, $0.word) }) { first, _ in first },
            resultName: universal.first { $0.parameter.name == "as" }?.word)
        try check()
    }

    package var range: SourceRange { words[0].range.through(words[words.count - 1].range) }
    package var source: String { words.map(\.source).joined(separator: " ") }

    /// The name that `as=` gives to the result.
    var resultName: String? { universal("as")?.literal }

    func universal(_ name: String) -> Word? { universal.first { $0.parameter.name == name }?.word }

    private func check() throws(Diagnostic) {
        let description = command.description
        switch description.words {
        case .none:
            if let extra = arguments.first {
                throw Diagnostic(
                    .usage, "\(description.name) takes no words, only key=value", extra.range,
                    notes: ["usage: \(description.usage)"])
            }
        case .text(let name, let isRequired), .list(let name, let isRequired):
            if isRequired, arguments.isEmpty {
                throw Diagnostic(
                    .usage, "\(name) is missing", range, notes: ["usage: \(description.usage)"])
            }
        case .raw, .code: break
        }
        if let maximum = description.maximumWords, arguments.count > maximum {
            throw Diagnostic(
                .usage, "\(description.name) takes \(maximum == 1 ? "one word" : "at most \(maximum) words")",
                arguments[maximum].range,
                notes: ["usage: \(description.usage)", "a text with blanks stands in quotes"])
        }
        try checkRepetition(command.repetition(of: written))
        if let word = universal("every"), universal("within") == nil, universal("stable") == nil {
            throw Diagnostic(
                .usage, "every= has no effect without within= or stable=", word.range,
                notes: ["it is the pause between tries"])
        }
    }

    /// What would have no effect, or could do something twice, is refused.
    private func checkRepetition(_ repetition: Repetition) throws(Diagnostic) {
        let name = command.description.name
        switch repetition {
        case .repeatable: return
        case .instant:
            guard let word = universal("within") ?? universal("stable") ?? universal("timeout") else {
                return
            }
            throw Diagnostic(
                .usage, "\(word.key ?? "")= has no effect on \(name), which is done at once", word.range)
        case .waits:
            guard let word = universal("stable") else { return }
            throw Diagnostic(
                .usage, "stable= has no effect on \(name), which waits for one event", word.range)
        case .onlyWithoutEffect:
            guard let word = universal("stable") else { return }
            throw Diagnostic(
                .usage, "\(name) cannot be repeated: stable= would do it again and again", word.range,
                notes: ["check with another command that it stays true"])
        case .never:
            guard let word = universal("within") ?? universal("stable") else { return }
            throw Diagnostic(
                .usage, "\(name) cannot be repeated: it might be done twice", word.range,
                notes: ["wait with expect or http instead, or limit it with timeout="])
        }
    }

    package static func == (a: Invocation, b: Invocation) -> Bool { a.words == b.words }
}
