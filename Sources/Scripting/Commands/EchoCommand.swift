import Vocabulary

/// `echo TEXT`
struct EchoCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription("echo", "prints text")
        description.repetition = .instant
        description.words = .text("TEXT", required: false)
        description.isConfidential = true
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        await script.emit(.echo(call.text))
        return ["text": .text(call.text)]
    }
}
