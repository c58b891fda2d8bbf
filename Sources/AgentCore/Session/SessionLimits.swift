/// Bounds of the steps that are not a provider's.
package struct SessionLimits: Equatable, Sendable {
    /// How long a relay has to confirm an event.
    package var publish: Duration = .seconds(10)
    /// How long a message that a relay has confirmed may take to come back before it is asked for, …
    package var echo: Duration = .seconds(5)
    /// … how long at the end of a session, and how long the answer may take.
    package var lastEcho: Duration = .milliseconds(500)
    /// How long the relays of a group may tell nothing of what they have of it.
    package var catchUp: Duration = .seconds(15)
    /// How long the others may be silent where events came in that need something from them.
    package var catchUpOthers: Duration = .seconds(2)
    /// How long they may take for all of it.
    package var catchUpTotal: Duration = .seconds(300)
    package var teardown: Duration = .seconds(60)
    /// Messages kept in memory for `messages` and `expect`; the oldest go first.
    package var transcript = 10_000

    package init() {}

    /// For agents that were attached to.
    package static let attachedTimings = ProviderTimings(keyPackageRetry: .seconds(2))
}
