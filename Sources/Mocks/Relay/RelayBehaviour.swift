import Nostr

/// How the embedded relay departs from one that does everything right. Relays as people run them do each of
/// these things; clients are tested against them.
package struct RelayBehaviour: Equatable, Sendable {
    /// What a relay without answers still does.
    package enum Silence: Equatable, Sendable {
        /// It takes TCP connections and answers not even the handshake.
        case connection
        /// It opens WebSockets and says nothing on them.
        case messages
    }

    /// The most events in one answer to a REQ, the newest ones, whatever its filters ask for.
    package var answerLimit: Int?
    /// Nothing is stored or answered before the client has signed in (NIP-42).
    package var requiresAuthentication = false
    /// Stored events arrive, but nothing says that they were all.
    package var dropsEndOfStoredEvents = false
    /// Events are stored and passed on, but nobody is told.
    package var dropsOK = false
    /// Before each message that the relay sends.
    package var delay: Duration = .zero
    package var silence: Silence?
    /// The answer to every EVENT, such as "blocked: not on the list".
    package var rejection: String?
    /// The answer to every REQ and COUNT, as CLOSED.
    package var refusal: String?
    /// Every WebSocket is closed when it has been opened, behind a NOTICE with this text.
    package var farewell: String?
    /// The HTTP status that answers every request, also for a WebSocket.
    package var status: Int?

    package init() {}
}
