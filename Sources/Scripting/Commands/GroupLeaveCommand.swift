import AgentCore

/// `group leave`
struct GroupLeaveCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription(
            "group leave", "asks to leave; we are out once another member has put it into force")
        description.isRepeatable = false
        description.results = [("relay", "the first relay that took the proposal")]
        description.examples = ["group demote me", "group leave"]
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        let session = try await script.host.session(named: nil)
        let relay = try await session.leaveGroup()
        script.host.log.emit(.result("asked to leave; another member has to put it into force"))
        return ["relay": .text(relay.text)]
    }
}
