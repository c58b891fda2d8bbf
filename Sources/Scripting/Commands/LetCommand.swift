import Vocabulary

/// `let x=…`
struct LetCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription("let", "sets a variable")
        description.words = .raw("NAME=VALUE")
        description.examples = ["let greeting=\"hello there\"", "let url=$vm.url"]
        return description
    }

    func problem(in words: [Word]) -> WordProblem? {
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
        guard !call.rawWords.isEmpty else { throw Failure(.usage, "let is written: let x=value") }
        for word in call.rawWords {
            guard let name = word.key else {
                throw Failure(
                    .usage, "let is written: let x=value",
                    hints: ["text with blanks is quoted: let x=\"two words\""])
            }
            let predefined = await script.variables.predefined
            guard !predefined.contains(name), name == name.lowercased() else {
                throw Failure(
                    .usage,
                    "\(name) cannot be set: local names are in lower case, and none of \(predefined.sorted().joined(separator: ", "))"
                )
            }
            await script.set(name, .text(word.text))
        }
        return [:]
    }
}
