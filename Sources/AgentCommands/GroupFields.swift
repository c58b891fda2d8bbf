import AgentCore
import Scripting
import Vocabulary
import Marmot
import Nostr

/// What scripts see of a group, as `$group` and as result of group commands.
enum GroupFields {
    /// What commands that look at a group set.
    static let variables = ["group"]

    static let results: [(name: String, meaning: String)] = [
        ("id", "Nostr group id, 64 hexadecimal digits"), ("name", "its name"), ("epoch", "MLS epoch"),
        ("members", "npubs"), ("admins", "npubs"), ("relays", "where it meets"),
        ("active", "no after we were removed"),
    ]

    static func of(_ group: MarmotGroup) -> [String: EventValue] {
        [
            "id": .text(group.nostrGroupIDHex), "name": .text(group.data.name),
            "description": .text(group.data.description),
            "epoch": .number(Int(clamping: group.mls.epoch)),
            "members": .list(group.members.map { .text(KeyText.npub($0)) }),
            "admins": .list(group.data.admins.map { .text(KeyText.npub($0)) }),
            "relays": .list(group.data.relays.map { .text($0) }),
            "active": .flag(group.isActive),
        ]
    }

    /// Also sets `$group`.
    static func publish(_ group: MarmotGroup, in script: Interpreter) async -> [String: EventValue] {
        let fields = of(group)
        await script.set("group", .record(fields))
        return fields
    }
}
