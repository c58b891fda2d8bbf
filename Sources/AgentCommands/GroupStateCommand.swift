import AgentCore
import Scripting
import Vocabulary
import Marmot
import Nostr

/// `group state`
struct GroupStateCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription(
            "group state", "shows epoch, members, admins, relays, and the ratchet tree as a small drawing")
        description.requirements = [.group]
        description.variables = GroupFields.variables
        description.results = GroupFields.results
        description.onlyLooks = true
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        let session = try await script.currentSession()
        let group = try await session.group(for: "group state")
        var lines = [
            "group     \"\(group.shownName)\"\(group.data.description.isEmpty ? "" : " – \(VisibleText.line(group.data.description))")",
            "id        \(group.nostrGroupIDHex)",
            "epoch     \(group.mls.epoch), \(group.dialect)\(group.ending.map { ", \($0)" } ?? "")",
            "members   \(group.members.count), \(group.data.admins.count) of them admins",
        ]
        lines += group.data.relays.map { "relay     \(VisibleText.line($0))" }
        if let obstacle = group.obstacle { lines.append("obstacle  \(obstacle)") }
        if group.pendingCommit != nil {
            lines.append("pending   a change of ours that no relay has confirmed yet")
        }
        if !group.inbox.waiting.isEmpty {
            lines.append("waiting   \(group.inbox.waiting.count) events that cannot be decrypted yet")
        }
        lines += RatchetTreeDrawing.lines(group)
        await script.emit(.result(rows: lines))
        return await GroupFields.publish(group, in: script)
    }
}
