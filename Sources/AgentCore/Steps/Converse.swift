import Marmot
import Nostr
import Vocabulary

extension AgentSession {
    /// Sends a chat message; returns it with the relay that confirmed first.
    ///
    /// - Parameter isRetry: the same words were tried before and not confirmed: the same event goes out again, never a second message.
    /// - Throws: `Failure`; one about relays is safe to repeat.
    package func say(_ text: String, isRetry: Bool = false) async throws -> (
        message: ChatMessage, relay: RelayURL
    ) {
        let groupID = try state.requireGroup("say")
        try conversation.requireOpen()
        let group = try await group(for: "say")
        let meeting = try meetingRelays(of: group, for: "say")
        do {
            try await catchUp(group, for: "say")
        } catch {
            // Nothing was sent yet.
            var failure = Failure(error)
            failure.isSafeToRepeat = true
            throw failure
        }
        let (event, rumor): (Event, Rumor)
        if isRetry, let unconfirmed, unconfirmed.text == text {
            (event, rumor) = (unconfirmed.event, unconfirmed.rumor)
        } else {
            (event, rumor) = try await environment.client.encrypt(text, in: groupID)
            unconfirmed = (text, event, rumor)
        }
        let relay: RelayURL
        do {
            relay = try await environment.pool.publish(event, to: meeting, within: environment.limits.publish)
        } catch {
            var failure = Failure(error)
            failure.isSafeToRepeat = true
            throw failure
        }
        unconfirmed = nil
        let message = conversation.append(rumor, isOurs: true, now: environment.now())
        tick()
        emit(.sent(text: text, relay: relay.text))
        return (message, relay)
    }
}
