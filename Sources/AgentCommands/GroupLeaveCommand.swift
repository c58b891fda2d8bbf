import AgentCore
import Scripting
import Vocabulary

/// `group leave`
struct GroupLeaveCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription(
            "group leave", "asks to leave; another member has to commit it")
        description.repetition = .onlyWithoutEffect
        description.requirements = [.group]
        description.results = [("relay", "the first relay that accepted the proposal")]
        description.examples = ["group demote me", "group leave"]
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        let session = try await script.currentSession()
        let relay = try await session.leaveGroup()
        await script.emit(.result("asked to leave; another member has to commit it"))
        return ["relay": .text(relay.text)]
    }
}
