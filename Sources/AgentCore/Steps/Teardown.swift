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
            for hint in try await keepRunning() { emit(.hint(hint)) }
            state.ended()
            await stopListening()
            return
        }
        emit(.tearingDown(id: agent.id))
        do {
            let (_, seconds) = try await timed {
                try await withDeadline(environment.limits.teardown, clock: environment.clock) {
                    try await self.removeResources(of: agent, provider)
                }
            }
            state.ended()
            hasFailedTeardown = false
            await stopListening()
            emit(.tornDown(id: agent.id, seconds: seconds))
        } catch {
            // One that was interrupted is tried once more at the end.
            hasFailedTeardown = !Task.isCancelled
            let failure = Failure(error)
            emit(.teardownFailed(id: agent.id, reason: failure.description))
            throw Failure(
                .leak, failure.message, hints: failure.hints.isEmpty ? manualRemoval : failure.hints)
        }
    }

    private func removeResources(of agent: ProvisionedAgent, _ provider: any Provider) async throws {
        for resource in agent.resources {
            try await provider.remove(resource)
            try await recorder?.isGone(resource.kind, id: resource.id)
        }
    }

    /// Lets the agent run on and says how to find and remove it.
    package func keepRunning() async throws -> [String] {
        let agent = try state.requireRunning("keep")
        for resource in agent.resources { try await recorder?.isKept(resource.kind, id: resource.id) }
        emit(.kept(id: agent.id))
        return retentionHints
    }
}
