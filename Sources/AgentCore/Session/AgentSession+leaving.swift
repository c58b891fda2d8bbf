import Vocabulary

/// What becomes of the agent at the end.
extension AgentSession {
    package var retentionHints: [String] {
        guard let agent = state.agent, let provider else { return [] }
        return provider.retentionHints(for: agent)
    }

    /// The commands that remove the agent without us.
    package var manualRemoval: [String] {
        guard let agent = state.agent, let provider else { return [] }
        return agent.resources.map(provider.manualRemoval)
    }

    /// What should happen to the agent at the end. Somebody wanted it gone when a teardown has failed, whatever the provider's policy is.
    package var exitPolicy: ExitPolicy {
        if hasFailedTeardown { return .destroy }
        return keepsRunning ? .leaveRunning : provider?.exitPolicy ?? .leaveRunning
    }

    /// Leaves the agent running at the end, whatever the provider's policy is.
    package func keepAtEnd() {
        keepsRunning = true
        hasFailedTeardown = false
    }
}
