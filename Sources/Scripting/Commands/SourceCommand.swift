import Vocabulary

/// `source FILE`
struct SourceCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription(
            "source", "runs a script here, with the variables and sessions there are")
        description.words = .text("FILE", required: true)
        description.isRepeatable = false
        description.examples = ["source setup.pika"]
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        try await script.source(call.text)
        return ["path": .text(call.text)]
    }
}
