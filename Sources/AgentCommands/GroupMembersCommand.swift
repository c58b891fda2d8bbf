import AgentCore
import Scripting
import Vocabulary
import Nostr

/// `group members`
struct GroupMembersCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription("group members", "lists who is in the group")
        description.repetition = .instant
        description.requirements = [.group]
        description.results = [("members", "npubs"), ("count", "how many")]
        description.onlyLooks = true
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        let session = try await script.currentSession()
        let group = try await session.group(for: "group members")
        let me = session.environment.client.publicKey
        let agent = await session.state.origin?.publicKey
        let lines = group.members.map { member in
            let marks = [
                member == me ? "me" : nil, member == agent ? "agent" : nil,
                group.data.isAdmin(member) ? "admin" : nil,
            ].compactMap { $0 }
            return KeyText.npub(member) + (marks.isEmpty ? "" : "  " + marks.joined(separator: ", "))
        }
        await script.emit(.result(rows: lines))
        return [
            "members": .list(group.members.map { .text(KeyText.npub($0)) }), "count": .number(lines.count),
        ]
    }
}
