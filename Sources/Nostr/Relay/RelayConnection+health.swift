/// How a relay is.
extension RelayConnection {
    var isConnected: Bool { state.isConnected }

    /// Neither connected nor failed so far.
    package var isConnecting: Bool { !state.isConnected && !hasFailed }

    /// It is connected, and has answered something on this connection.
    package var isAnswering: Bool { state.isConnected && state.isUseful }

    /// What is the matter with the relay; nil when it is connected and answers.
    package var trouble: RelayError? {
        if !state.isConnected { return RelayError(url, .unreachable(lastFailure)) }
        return state.isUseful || !state.hasAsked ? nil : RelayError(url, .silent)
    }
}
