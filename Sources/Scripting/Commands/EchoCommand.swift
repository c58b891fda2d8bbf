import AgentCore

/// `echo TEXT`
struct EchoCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription("echo", "prints text")
        description.words = .text("TEXT", required: false)
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        script.host.log.emit(.echo(call.text))
        return ["text": .text(call.text)]
    }
}
