import Vocabulary
import Nostr

extension AgentSession {
    /// At the end of input: waits for as many replies as messages were sent. For providers that answer late (Workers).
    ///
    /// - Parameter limit: for all of them together; `timings.pendingReplies` is the contract's.
    /// - Throws: `timeout`.
    package func awaitPendingReplies(within limit: Duration) async throws {
        let sent = transcript.filter(\.isOurs).count
        do {
            try await withDeadline(limit, clock: environment.clock) {
                for await _ in await self.activity() where await self.replies(from: 0).count >= sent {
                    return
                }
                // The session was closed: that is no reply.
                throw CancellationError()
            }
            // A wait that is interrupted may end like one that is over.
            try Task.checkCancellation()
        } catch is DeadlineExceeded {
            let missing = sent - replies(from: 0).count
            throw Failure(
                .timeout, "timed out waiting for \(providerName ?? "agent") relay reply",
                hints: ["\(missing) of \(sent) messages got no answer within \(limit.inSeconds)"])
        }
    }
}
