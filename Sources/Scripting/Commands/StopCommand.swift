import AgentCore

/// `stop NAME`
struct StopCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription("stop", "ends a program that start began")
        description.words = .list("NAME", required: true)
        description.results = [("status", "what it ended with")]
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        let status = try await script.jobs.stop(call.text)
        script.host.log.emit(.jobExited(name: call.text, status: Int(status)))
        return ["status": .number(Int(status))]
    }
}
