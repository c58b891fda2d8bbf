/// What fault injection does to an event on its way to or from a relay.
package enum RelayTreatment: Equatable, Sendable {
    case pass
    /// A published event fails as if the relay had answered OK false with this text; a received event is
    /// dropped.
    case refuse(String)
    /// A published event appears to be accepted but is lost; a received event is dropped.
    case lose
    /// A published event gets no reply; a received event is dropped.
    case hold
    case delay(Duration)
    /// The event is sent or delivered twice.
    case twice
    /// The connection is broken before the event passes.
    case disconnect
}

/// Fault injection on relay connections (`RelayEnvironment.interference`).
package protocol RelayInterference: Sendable {
    func sending(_ event: Event) async -> RelayTreatment
    func receiving(_ event: Event) async -> RelayTreatment
}
