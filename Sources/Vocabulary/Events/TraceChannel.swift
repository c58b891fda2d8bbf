/// What can be looked at while it happens.
package enum TraceChannel: String, CaseIterable, Sendable {
    /// Exchanges with control planes, and those of the `http` command.
    case http
    /// What goes to relays and comes from them (NIP-01).
    case relay
    /// What events come to inside of a group: messages, commits, refusals.
    case mls
    /// Programs that scripts start, and what they print.
    case jobs
}

/// How much of a channel is shown while it happens. What is kept for `show` does not depend on it.
package enum TraceDetail: String, CaseIterable, Sendable {
    case off
    /// A line for each.
    case on
    /// Headers and bodies as well.
    case full
}
