import AgentCore
import Nostr

/// `group create`
struct GroupCreateCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription(
            "group create", "creates the encrypted group and delivers the Welcome")
        description.parameters = [
            Parameter("name", .text, "name of the group", default: AgentSession.defaultGroupName),
            Parameter("description", .text, "its description"),
        ]
        description.isRepeatable = false
        description.results = [
            ("id", "Nostr group id, 64 hexadecimal digits"), ("name", ""), ("epoch", "MLS epoch"),
        ]
        description.examples = ["group create", "group create name=demo"]
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        let session = try await script.host.session(named: nil)
        let group = try await session.createGroup(
            name: call.values.text("name"), description: call.values.text("description") ?? "")
        let fields: [String: EventValue] = [
            "id": .text(group.nostrGroupIDHex), "name": .text(group.data.name),
            "epoch": .number(Int(clamping: group.mls.epoch)),
            "members": .list(group.members.map { .text(KeyText.npub($0)) }),
        ]
        await script.set("group", .record(fields))
        return fields
    }
}
