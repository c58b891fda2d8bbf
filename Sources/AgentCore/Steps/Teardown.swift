import Vocabulary
import Nostr

extension AgentSession {
    /// Removes the agent that this session started. Done even when the session failed before.
    ///
    /// - Throws: what the provider reports, with the commands that remove the agent by hand.
    package func teardown() async throws {
        let agent = try state.requireRunning("teardown")
        guard let provider else { return }
        guard provider.canRemove else {
            // The ledger goes on knowing it: it was to be removed, and nobody asked to keep it.
            emit(.kept(id: agent.id))
            for hint in retentionHints { emit(.hint(hint)) }
            state.ended()
            await stopListening()
            return
        }
        emit(.tearingDown(id: agent.id))
        do {
            let removal = ResourceRemoval(provider: provider, recorder: recorder)
            let (notes, seconds) = try await timed {
                try await withDeadline(environment.limits.teardown, clock: environment.clock) {
                    try await removal.run(agent.resources)
                }
            }
            for note in notes { emit(.warning(note)) }
            state.ended()
            hasFailedTeardown = false
            await stopListening()
            emit(.tornDown(id: agent.id, seconds: seconds))
        } catch {
            hasFailedTeardown = true
            guard !Task.isCancelled else {
                throw Failure(
                    .cancelled, "the teardown of \(agent.id) was interrupted; it is tried again at the end")
            }
            let failure = Failure(error)
            emit(.teardownFailed(id: agent.id, reason: failure.description))
            throw Failure(
                .leak, failure.message, hints: failure.hints.isEmpty ? manualRemoval : failure.hints)
        }
    }

    /// Lets the agent run on and says how to find and remove it. In the ledger it is kept only where somebody asked for that; what stays because
    /// its provider's agents do is for `agent sweep` to see.
    package func leaveRunning() async throws -> [String] {
        let agent = try state.requireRunning("keep")
        if keepsRunning {
            for resource in agent.resources { try await recorder?.isKept(resource.kind, id: resource.id) }
        }
        emit(.kept(id: agent.id))
        return retentionHints
    }
}
