import Nostr

extension AgentSession {
    /// Removes the agent that this session started. Done even when the session failed before.
    ///
    /// - Throws: what the provider reports, with the commands that remove the agent by hand.
    package func teardown() async throws {
        let agent = try state.requireRunning("teardown")
        guard let provider else { return }
        emit(.tearingDown(id: agent.id))
        do {
            let (_, seconds) = try await timed {
                try await withDeadline(environment.limits.teardown, clock: environment.clock) {
                    try await provider.teardown(agent)
                }
            }
            state.ended()
            hasFailedTeardown = false
            try await recorder?.isGone("vm", id: agent.id)
            await stopListening()
            emit(.tornDown(id: agent.id, seconds: seconds))
        } catch {
            hasFailedTeardown = true
            let failure = Failure(error)
            emit(.teardownFailed(id: agent.id, reason: failure.description))
            throw Failure(.leak, failure.message, hints: failure.hints)
        }
    }

    /// Lets the agent run on and says how to find and remove it.
    package func keepRunning() async throws -> [String] {
        let agent = try state.requireRunning("keep")
        try await recorder?.isKept("vm", id: agent.id)
        emit(.kept(id: agent.id))
        return retentionHints
    }
}
