import Nostr

/// What the agents of a mock control plane have in common.
package struct AgentTemplate: Sendable {
    package var rules = ReplyRules()
    /// From the control plane's answer to the start of the agent.
    package var boot: Duration = .zero
    package var offersForeignKey = false

    package init() {}
}
