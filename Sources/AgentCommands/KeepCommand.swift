import AgentCore
import Scripting
import Vocabulary

/// `keep`
struct KeepCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription("keep", "leaves the session's agent running at the end")
        description.repetition = .instant
        description.requirements = [.agent]
        description.results = [("id", "what keeps running")]
        description.keeps = "agent"
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        let session = try await script.currentSession()
        let agent = try await session.state.requireRunning("keep")
        await session.keepAtEnd()
        return ["id": .text(agent.id)]
    }
}
