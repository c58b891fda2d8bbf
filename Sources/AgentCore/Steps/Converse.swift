import Vocabulary
import Marmot
import Nostr

extension AgentSession {
    /// Sends a chat message; returns it with the relay that confirmed first. What was said before it is read from then on: only an answer
    /// to it is one.
    package func say(_ text: String) async throws -> (message: ChatMessage, relay: RelayURL) {
        let groupID = try state.requireGroup("say")
        try conversation.requireOpen()
        try await catchUp(for: "say")
        // What happened meanwhile may have removed us, or moved the group to other relays.
        try conversation.requireOpen()
        let meeting = try meetingRelays(of: try await group(for: "say"), for: "say")
        let (event, rumor) = try await environment.client.encrypt(text, in: groupID)
        // An answer can arrive before the relay's OK does.
        let cursor = conversation.cursor
        let relay = try await environment.pool.publish(
            event, to: meeting, within: environment.limits.publish)
        let message = conversation.append(rumor, isOurs: true, now: environment.now())
        conversation.read(upTo: cursor)
        tick()
        emit(.sent(text: text, relay: relay.text))
        return (message, relay)
    }
}
