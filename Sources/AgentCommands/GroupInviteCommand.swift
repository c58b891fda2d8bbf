import AgentCore
import Scripting
import Vocabulary

/// `group invite NPUB…`
struct GroupInviteCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription(
            "group invite", "adds accounts by their newest key package and delivers the Welcome")
        description.words = .list("NPUB…", required: true)
        description.repetition = .onlyWithoutEffect
        description.requirements = [.group]
        description.suggestsNext = true
        description.variables = GroupFields.variables
        description.results = GroupFields.results
        description.examples = ["group invite npub1…"]
        description.completes = ["npub"]
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        let session = try await script.currentSession()
        _ = try await session.group(for: "group invite")
        let group = try await session.invite(
            try await session.accounts(named: call.words), as: "group invite")
        return await GroupFields.publish(group, in: script)
    }
}
