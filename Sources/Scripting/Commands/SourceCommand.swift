import Vocabulary

/// `source FILE`
struct SourceCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription(
            "source", "runs a script here, with the variables and sessions there are")
        description.repetition = .instant
        description.words = .list("FILE", required: true)
        description.maximumWords = 1
        description.examples = ["source setup.pika"]
        return description
    }

    func script(in call: WrittenCall) -> Word? { call.words.first }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        try await script.source(call.text)
        return ["path": .text(call.text)]
    }
}
