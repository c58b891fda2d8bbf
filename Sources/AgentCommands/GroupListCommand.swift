import AgentCore
import Scripting
import Vocabulary
import Marmot
import Nostr

/// `group list`
struct GroupListCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription("group list", "lists the groups of the state directory")
        description.repetition = .instant
        description.results = [("ids", "Nostr group ids"), ("count", "how many")]
        description.onlyLooks = true
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        let session = try await script.currentSession()
        let groups = await session.environment.client.groups.sorted {
            $0.nostrGroupIDHex < $1.nostrGroupIDHex
        }
        let current = await session.state.groupID
        let lines = groups.map { group in
            let marks = [
                group.id == current ? "in use" : nil, group.ending,
            ].compactMap { $0 }
            return
                "\(group.nostrGroupIDHex.prefix(12))  epoch \(group.mls.epoch), \(group.members.count) members  \"\(group.shownName)\""
                + (marks.isEmpty ? "" : "  " + marks.joined(separator: ", "))
        }
        await script.emit(.result(rows: lines.isEmpty ? ["no groups"] : lines))
        return ["ids": .list(groups.map { .text($0.nostrGroupIDHex) }), "count": .number(groups.count)]
    }
}
