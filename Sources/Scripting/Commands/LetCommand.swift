import Vocabulary

/// `let x=…`
struct LetCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription("let", "sets a variable")
        description.words = .raw("NAME=VALUE")
        description.repetition = .instant
        description.isDeclaration = true
        description.examples = ["let greeting=\"hello there\"", "let url=$vm.url"]
        return description
    }

    func problem(in call: WrittenCall) -> WordProblem? {
        let words = call.words
        let wrong = words.first { word in
            guard let name = word.key else { return true }
            return name != name.lowercased() || Variables.builtIn.contains(name)
        }
        guard words.isEmpty || wrong != nil else { return nil }
        return WordProblem(
            "let is written: let x=value", at: wrong,
            hints: [
                "local names are in lower case; text with blanks is quoted; these cannot be set: "
                    + Variables.builtIn.sorted().joined(separator: " ")
            ])
    }

    func definitions(in words: [Word]) -> [String] { words.compactMap(\.key) }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        for word in call.arguments {
            guard let name = word.key else { throw Failure(.usage, "let is written: let x=value") }
            await script.set(name, try await script.value(word))
            if await script.usesSecret(word) { await script.markSecret(name) }
        }
        return [:]
    }
}
