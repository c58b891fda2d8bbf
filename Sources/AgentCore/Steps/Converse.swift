import Vocabulary
import Marmot
import Nostr

extension AgentSession {
    /// Sends a chat message; returns it with the relay that confirmed first.
    package func say(_ text: String) async throws -> (message: ChatMessage, relay: RelayURL) {
        let groupID = try state.requireGroup("say")
        try conversation.requireOpen()
        let group = try await group(for: "say")
        let meeting = try meetingRelays(of: group, for: "say")
        try await catchUp(group, for: "say")
        let (event, rumor) = try await environment.client.encrypt(text, in: groupID)
        let relay = try await environment.pool.publish(
            event, to: meeting, within: environment.limits.publish)
        let message = conversation.append(rumor, isOurs: true, now: environment.now())
        tick()
        emit(.sent(text: text, relay: relay.text))
        return (message, relay)
    }
}
