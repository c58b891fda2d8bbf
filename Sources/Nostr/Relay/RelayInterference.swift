/// What becomes of an event between us and a relay when somebody interferes on purpose.
package enum RelayTreatment: Equatable, Sendable {
    case pass
    /// As if the relay had said OK false with this text; a received event never arrives.
    case refuse(String)
    /// Said to be taken, and lost.
    case lose
    /// No answer.
    case hold
    case delay(Duration)
    case twice
    /// The connection breaks first.
    case disconnect
}

/// Fault injection on relay connections (`RelayEnvironment.interference`).
package protocol RelayInterference: Sendable {
    func sending(_ event: Event) async -> RelayTreatment
    func receiving(_ event: Event) async -> RelayTreatment
}
