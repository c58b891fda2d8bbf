import AgentCore
import Scripting
import Vocabulary
import Nostr

/// `state`
struct StateCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription("state", "shows where the session stands")
        description.requirements = [.anyGroup]
        description.results = [
            ("phase", "empty, running, attached, keypackage or chatting"),
            ("next", "the command that comes next"), ("session", "its name"),
            ("id", "of the agent, where there is one"),
            ("npub", "of the agent"), ("group", "its Nostr id"), ("epoch", "of the group"),
            ("members", "how many the group has"),
            (
                "status",
                "of the agent, in its provider's words; `gone`, or `not asked` where that was not possible"
            ),
        ]
        description.onlyLooks = true
        return description
    }

    /// How long a control plane is asked: nobody wants to wait for one that hangs in order to see where they stand.
    static let askingLimit = Duration.seconds(8)

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        let session = try await script.currentSession()
        let (state, next) = (await session.state, await session.nextCommand())
        var fields: [String: EventValue] = [
            "session": .text(session.name), "phase": .text(state.phase), "next": .text(next),
        ]
        var lines = ["session   \(session.name)", "phase     \(state.phase)"]
        if let agent = state.agent {
            fields["id"] = .text(agent.id)
            let answer = await session.agentState(within: Self.askingLimit)
            fields["status"] = .text(answer.map(Self.status) ?? "torn down")
            lines.append(
                "agent     \(agent.id) (\(await session.providerName ?? "")\(agent.detail.isEmpty ? "" : ", \(agent.detail)")), \(answer?.text ?? "torn down")"
            )
        }
        if let origin = state.origin {
            fields["npub"] = .text(KeyText.npub(origin.publicKey))
            lines.append("npub      \(KeyText.npub(origin.publicKey))")
        }
        if let id = state.groupID, let group = await session.environment.client.group(id) {
            fields["epoch"] = .number(Int(clamping: group.mls.epoch))
            fields["members"] = .number(group.members.count)
            fields["group"] = .text(group.nostrGroupIDHex)
            lines.append(
                "group     \"\(group.shownName)\", \(group.members.count) members, epoch \(group.mls.epoch), \(group.dialect)"
            )
        }
        for relay in session.environment.pool.relays {
            let trouble = await session.environment.pool.troubles().first { $0.relay == relay }
            lines.append("relay     \(relay)\(trouble.map { " – \($0.reasonText)" } ?? " connected")")
        }
        lines.append("next      \(next)")
        await script.emit(.result(rows: lines))
        return fields
    }

    /// One word for scripts to compare.
    private static func status(_ state: ResourceState) -> String {
        switch state {
        case .known(let words): words
        case .gone: "gone"
        case .unidentified, .unasked: "not asked"
        }
    }
}
