import AgentCore

/// Sorts an invocation's words into the command's own, its parameters and the universal ones. Checker and interpreter share it.
struct ArgumentBinder {
    var command: any Command
    /// What is left for the command.
    var words: [Word] = []
    var keyed: [(parameter: Parameter, word: Word)] = []
    var universal: [(parameter: Parameter, word: Word)] = []

    init(_ invocation: Invocation, in catalogue: CommandCatalogue) throws(Diagnostic) {
        let (command, nameWords) = try catalogue.resolve(invocation)
        self.command = command
        let description = command.description
        let rest = invocation.words.dropFirst(nameWords)
        let firstWord = rest.first { $0.key == nil }?.literal
        let parameters = command.parameters(firstWord: firstWord)
        for word in rest {
            guard let key = word.key else {
                words.append(word)
                continue
            }
            if let parameter = UniversalParameters.all.first(where: { $0.isNamed(key) }) {
                universal.append((parameter, word))
            } else if case .raw = description.words {
                words.append(word)
            } else if let parameter = parameters.first(where: { $0.isNamed(key) }) {
                guard !keyed.contains(where: { $0.parameter.name == parameter.name }) else {
                    throw Self.failure("\(parameter.name)= is given twice", word.range)
                }
                keyed.append((parameter, word))
            } else {
                throw Self.unknown(key, word, description, parameters)
            }
        }
        try checkWords(description, invocation)
    }

    private func checkWords(_ description: CommandDescription, _ invocation: Invocation) throws(Diagnostic) {
        switch description.words {
        case .none:
            if let extra = words.first {
                throw Self.failure(
                    "\(description.name) takes no words, only key=value", extra.range,
                    "usage: \(description.usage)")
            }
        case .text(let name, let required), .list(let name, let required):
            if required, words.isEmpty {
                throw Self.failure("\(name) is missing", invocation.range, "usage: \(description.usage)")
            }
        case .raw: break
        }
        if let within = universal.first(where: { $0.parameter.name == "within" }), !description.isRepeatable,
            !description.ownsWithin
        {
            throw Self.failure(
                "\(description.name) is not repeated: it could be done twice", within.word.range,
                "wait with expect or http instead, or bound it with timeout=")
        }
    }

    private static func unknown(
        _ key: String, _ word: Word, _ description: CommandDescription, _ parameters: [Parameter]
    ) -> Diagnostic {
        if case .text = description.words, parameters.isEmpty {
            return failure(
                "\(key)= looks like an argument inside text", word.range, "quote it: \"\(word.source)\"")
        }
        let known = parameters.map(\.name) + UniversalParameters.all.map(\.name)
        let nearest = Suggestion.nearest(to: key, among: known + parameters.flatMap(\.aliases))
        var notes = nearest.map { ["did you mean \($0)=?"] } ?? []
        notes.append("known: " + known.map { "\($0)=" }.joined(separator: " "))
        if case .text = description.words { notes.append("as text it must be quoted: \"\(word.source)\"") }
        var failure = failure("\(description.name) takes no \(key)=", word.range)
        failure.notes = notes
        return failure
    }

    private static func failure(_ message: String, _ range: SourceRange, _ advice: String? = nil)
        -> Diagnostic
    {
        Diagnostic(code: .usage, message: message, range: range, notes: advice.map { [$0] } ?? [])
    }
}
