import Nostr

/// Settings shared by all agents of a mock control plane.
package struct AgentTemplate: Sendable {
    package var rules = ReplyRules()
    /// Time from the control plane's response to the start of the agent.
    package var boot: Duration = .zero
    package var offersForeignKey = false

    package init() {}
}
