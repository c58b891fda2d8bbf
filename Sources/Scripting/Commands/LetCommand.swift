import AgentCore

/// `let x=…`
struct LetCommand: Command, DefiningVariables {
    var description: CommandDescription {
        var description = CommandDescription("let", "sets a variable")
        description.words = .raw("NAME=VALUE")
        description.examples = ["let greeting=\"hello there\"", "let url=$vm.url"]
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        guard !call.rawWords.isEmpty else { throw Failure(.usage, "let is written: let x=value") }
        for word in call.rawWords {
            guard let name = word.key else {
                throw Failure(
                    .usage, "let is written: let x=value",
                    hints: ["text with blanks is quoted: let x=\"two words\""])
            }
            guard !Variables.builtIn.contains(name), name == name.lowercased() else {
                throw Failure(
                    .usage,
                    "\(name) cannot be set: local names are in lower case, and not one of \(Variables.builtIn.sorted().joined(separator: ", "))"
                )
            }
            await script.set(name, .text(word.text))
        }
        return [:]
    }
}
