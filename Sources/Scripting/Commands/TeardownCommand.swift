import AgentCore

/// `teardown [SESSION|ID]`
struct TeardownCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription("teardown", "removes the agent that this session started")
        description.words = .list("SESSION-OR-ID", required: false)
        description.results = [("id", "what was removed")]
        description.examples = ["teardown", "defer teardown", "teardown vm-1"]
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        let session = try await session(call, script)
        let agent = try await session.state.requireRunning("teardown")
        try await session.teardown()
        return ["id": .text(agent.id)]
    }

    private func session(_ call: CommandCall, _ script: Interpreter) async throws -> AgentSession {
        guard let name = call.words.first else { return try await script.host.session(named: nil) }
        for session in await script.host.sessions() {
            if session.name == name { return session }
            if await session.state.agent?.id == name { return session }
        }
        throw Failure(
            .usage, "no session or agent here is named \(name)", hints: ["`vms` lists what is known"])
    }
}
