import Vocabulary

/// `source FILE`
struct SourceCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription(
            "source", "runs a script here, with the variables and sessions there are")
        description.repetition = .instant
        description.words = .list("FILE", required: true)
        description.maximumWords = 1
        description.details = [
            "In a file, FILE is looked for beside that file; elsewhere where the program runs."
        ]
        description.examples = ["source setup.pika"]
        description.runsCommands = true
        description.completes = [CommandDescription.fileKind]
        return description
    }

    func script(in call: WrittenCall) -> Word? { call.words.first }

    func longestTime(_ call: WrittenCall) -> Duration? { nil }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        let path = call.range.source.path(to: call.text)
        try await script.source(path)
        return ["path": .text(path)]
    }
}
