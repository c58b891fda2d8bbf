import Marmot
import Nostr

extension AgentSession {
    /// Sends a chat message; returns it with the relay that confirmed first.
    package func say(_ text: String) async throws -> (message: ChatMessage, relay: RelayURL) {
        let groupID = try state.requireGroup("say")
        if let conversationEnd { throw Failure(.protocolError, conversationEnd, canHeal: false) }
        let group = try await group(for: "say")
        let places = try meetingPlaces(of: group, for: "say")
        try await catchUp(group, for: "say")
        let (event, rumor) = try await environment.client.encrypt(text, in: groupID)
        let relay = try await environment.pool.publish(
            event, at: places, within: environment.limits.publish)
        let message = append(rumor, isOurs: true)
        emit(.sent(text: text, relay: relay.text))
        return (message, relay)
    }

    /// Replies from `cursor` on.
    package func replies(from cursor: Int) -> [ChatMessage] {
        transcript.filter { !$0.isOurs && $0.number >= cursor }
    }
}
