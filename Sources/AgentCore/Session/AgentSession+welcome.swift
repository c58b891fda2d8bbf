import Marmot
import Nostr
import Vocabulary

/// The Welcome that an agent got in this run.
struct SentWelcome: Sendable {
    let welcome: OutgoingWelcome
    /// MLS id of its group.
    let group: [UInt8]
    let relay: RelayURL
    let wrap: EventID
    /// Seconds since 1970.
    let time: Int64
}

extension AgentSession {
    /// Sends the Welcome of this session's group once more, in a new gift wrap.
    ///
    /// - Returns: the first relay that took it.
    /// - Throws: `Failure` (usage) where this run has sent none, `RelayError`.
    package func resendWelcome() async throws -> String {
        let group = try await group(for: "group welcome")
        guard let sent = sentWelcome, sent.group == group.id else {
            throw Failure(
                .usage, "this run has sent no Welcome to \"\(group.shownName)\"",
                hints: ["`group renew group=new` goes on with the agent in a new group"])
        }
        try await deliver(sent.welcome, into: group)
        return sentWelcome?.relay.text ?? sent.relay.text
    }

    /// That the agent has said nothing since its Welcome; nil where it has, or where nobody knows.
    var silenceSinceWelcome: String? {
        guard let sent = sentWelcome, sent.group == state.groupID,
            !conversation.transcript.contains(where: { !$0.isOurs })
        else { return nil }
        return
            "the agent has not been heard in this group since its Welcome (event \(sent.wrap.hex.prefix(8)), taken by \(sent.relay) \(max(0, environment.now() - sent.time))s ago): `group welcome` sends it again, `state` asks whether it runs"
    }
}
