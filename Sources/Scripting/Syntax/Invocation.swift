import Vocabulary

/// A command as it was written, with its name looked up and its words sorted. Made once, by the parser; the checker judges it and
/// the interpreter evaluates it.
package struct Invocation: Equatable, Sendable {
    /// All words, the command's own name first.
    package let words: [Word]
    package let command: any Command
    /// The words that belong to the command, without its name.
    package let arguments: [Word]
    let keyed: [(parameter: Parameter, word: Word)]
    let universal: [(parameter: Parameter, word: Word)]

    /// - Throws: `Diagnostic` for a name that does not exist, a key that does not belong, too many or too few words.
    init(_ words: [Word], in catalogue: CommandCatalogue) throws(Diagnostic) {
        let (command, nameWords) = try catalogue.resolve(words)
        let description = command.description
        let rest = words.dropFirst(nameWords)
        var (arguments, keyed, universal): ([Word], [(Parameter, Word)], [(Parameter, Word)]) = ([], [], [])
        let parameters = command.possibleParameters(firstWord: rest.first { $0.key == nil }?.literal)
        for word in rest {
            guard let key = word.key else {
                arguments.append(word)
                continue
            }
            if let parameter = UniversalParameters.all.first(where: { $0.isNamed(key) }) {
                universal.append((parameter, word))
            } else if case .raw = description.words {
                arguments.append(word)
            } else if let parameter = parameters.first(where: { $0.isNamed(key) }) {
                guard !keyed.contains(where: { $0.0.name == parameter.name }) else {
                    throw Diagnostic(.usage, "\(parameter.name)= is given twice", word.range)
                }
                keyed.append((parameter, word))
            } else {
                throw Self.unknown(key, word, description, parameters)
            }
        }
        self.words = words
        self.command = command
        self.arguments = arguments
        self.keyed = keyed
        self.universal = universal
        try check(description)
    }

    package var range: SourceRange { words[0].range.through(words[words.count - 1].range) }
    package var source: String { words.map(\.source).joined(separator: " ") }

    /// The name that `as=` gives to the result.
    var resultName: String? { universal.first { $0.parameter.name == "as" }?.word.literal }

    private func check(_ description: CommandDescription) throws(Diagnostic) {
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
        case .raw: break
        }
        if let within = universal.first(where: { $0.parameter.name == "within" }), !description.isRepeatable,
            !description.ownsWithin
        {
            throw Diagnostic(
                .usage, "\(description.name) cannot be repeated: it might be done twice", within.word.range,
                notes: ["wait with expect or http instead, or limit it with timeout="])
        }
    }

    private static func unknown(
        _ key: String, _ word: Word, _ description: CommandDescription, _ parameters: [Parameter]
    ) -> Diagnostic {
        if case .text = description.words, parameters.isEmpty {
            return Diagnostic(
                .usage, "\(key)= looks like an argument inside text", word.range,
                notes: ["quote it: \"\(word.source)\""])
        }
        let known = parameters.map(\.name) + UniversalParameters.all.map(\.name)
        let nearest = Suggestion.nearest(to: key, among: known + parameters.flatMap(\.aliases))
        var notes = nearest.map { ["did you mean \($0)=?"] } ?? []
        notes.append("known: " + known.map { "\($0)=" }.joined(separator: " "))
        if case .text = description.words { notes.append("quote it if it is text: \"\(word.source)\"") }
        return Diagnostic(.usage, "\(description.name) takes no \(key)=", word.range, notes: notes)
    }

    package static func == (a: Invocation, b: Invocation) -> Bool { a.words == b.words }
}
