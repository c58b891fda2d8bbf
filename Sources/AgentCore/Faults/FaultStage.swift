/// Stages of an agent's life at which faults can be injected.
package enum FaultStage: String, CaseIterable, Sendable {
    /// Any request to a control plane.
    case http
    /// Requests that create a resource.
    case spawn
    /// The agent's startup.
    case boot
    /// Publishing the key package.
    case keypackage
    /// Delivering the Welcome.
    case group
    /// Any event sent over a relay.
    case relay
    /// The agent's replies.
    case agent
    /// Requests that delete a resource.
    case teardown

    /// The kinds of fault that are possible at this stage.
    package var kinds: [FaultKind] {
        switch self {
        case .http, .spawn, .teardown: [.status, .latency, .hang, .reset, .drop]
        case .boot, .keypackage: [.latency, .hang, .drop]
        case .group, .relay: FaultKind.allCases
        case .agent: [.latency, .hang, .reset, .drop, .dup]
        }
    }
}

/// Kinds of fault.
package enum FaultKind: String, CaseIterable, Sendable {
    /// An HTTP error status; a relay rejects the event.
    case status
    /// A delay.
    case latency
    /// No answer, and the connection stays open.
    case hang
    /// The connection breaks; an agent crashes.
    case reset
    /// The message is lost.
    case drop
    /// The message is delivered twice.
    case dup
}
