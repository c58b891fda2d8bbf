import AgentCore
import Scripting
import Vocabulary

/// `teardown [SESSION|ID]`
struct TeardownCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription("teardown", "removes the agent that this session started")
        description.words = .list("SESSION-OR-ID", required: false)
        description.maximumWords = 1
        description.requirements = [.agent]
        description.ignoresJobs = true
        description.naming = Naming("session", creates: false)
        description.results = [("id", "what was removed")]
        description.examples = ["teardown", "defer teardown", "teardown vm-1"]
        description.closes = "agent"
        description.usualLimit = .seconds(45)
        description.completes = ["agent"]
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        let session = try await session(call, script)
        let agent = try await running(session)
        try await session.teardown()
        return ["id": .text(agent.id)]
    }

    /// An agent that was torn down already leaves nothing to do.
    private func running(_ session: AgentSession) async throws -> ProvisionedAgent {
        do {
            return try await session.state.requireRunning("teardown")
        } catch {
            guard await session.state.agent != nil else { throw error }
            throw NothingToDo(error.failure)
        }
    }

    private func session(_ call: CommandCall, _ script: Interpreter) async throws -> AgentSession {
        guard let name = call.words.first else { return try await script.currentSession() }
        for session in try await script.agents.sessions.all {
            if session.name == name { return session }
            if await session.state.agent?.id == name { return session }
        }
        throw Failure(
            .usage, "no session or agent here is named \(name)", hints: ["`agents` lists what is known"])
    }
}
