/// Where in an agent's life something can go wrong.
package enum FaultStage: String, CaseIterable, Sendable {
    /// Any request to a control plane.
    case http
    /// Creating requests.
    case spawn
    /// The agent's start.
    case boot
    /// Offering the key package.
    case keypackage
    /// Delivering the Welcome.
    case group
    /// Any event on its way over a relay.
    case relay
    /// The agent's answers.
    case agent
    /// Deleting requests.
    case teardown

    /// What can go wrong there.
    package var kinds: [FaultKind] {
        switch self {
        case .http, .spawn, .teardown: [.status, .latency, .hang, .reset, .drop]
        case .boot, .keypackage: [.latency, .hang, .drop]
        case .group, .relay: FaultKind.allCases
        case .agent: [.latency, .hang, .reset, .drop, .dup]
        }
    }
}

/// The ways of going wrong.
package enum FaultKind: String, CaseIterable, Sendable {
    /// An HTTP status; a relay refuses.
    case status
    /// Late.
    case latency
    /// No answer, and no end.
    case hang
    /// The connection breaks; an agent dies.
    case reset
    /// Lost on the way.
    case drop
    /// Twice.
    case dup
}
