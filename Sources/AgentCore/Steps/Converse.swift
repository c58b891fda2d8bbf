import Marmot
import Nostr
import Vocabulary

extension AgentSession {
    /// Sends a chat message; returns it with the relay that confirmed first. What was said before it is read from then on: only an answer
    /// to it is one.
    ///
    /// - Parameter isRetry: the same words were tried before and not confirmed: the same event goes out again, never a second message.
    /// - Throws: `Failure`; one about relays is safe to repeat.
    package func say(_ text: String, isRetry: Bool = false) async throws -> (
        message: ChatMessage, relay: RelayURL
    ) {
        let groupID = try state.requireGroup("say")
        try conversation.requireOpen()
        // Nothing was sent before the event is out.
        try await safelyRepeatable { try await catchUp(for: "say") }
        // What happened meanwhile may have removed us, or moved the group to other relays.
        try conversation.requireOpen()
        let meeting = try meetingRelays(of: try await group(for: "say"), for: "say")
        let (event, rumor): (Event, Rumor)
        if isRetry, let unconfirmed, unconfirmed.text == text {
            (event, rumor) = (unconfirmed.event, unconfirmed.rumor)
        } else {
            (event, rumor) = try await environment.client.encrypt(text, in: groupID)
            unconfirmed = (text, event, rumor)
        }
        // An answer can arrive before the relay's OK does.
        let cursor = conversation.cursor
        let relay = try await safelyRepeatable {
            try await environment.pool.publish(event, to: meeting, within: environment.limits.publish)
        }
        unconfirmed = nil
        let message = conversation.append(rumor, isOurs: true, now: environment.now())
        conversation.read(upTo: cursor)
        tick()
        emit(.sent(text: text, relay: relay.text))
        return (message, relay)
    }

    /// For what may be done once more when it failed: nothing that others could have seen has happened, or the same event goes out again.
    private func safelyRepeatable<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch {
            var failure = Failure(error)
            failure.isSafeToRepeat = true
            throw failure
        }
    }
}
