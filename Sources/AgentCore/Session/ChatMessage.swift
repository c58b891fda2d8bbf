import Nostr

/// One message of a session's conversation.
package struct ChatMessage: Equatable, Sendable {
    package let id: EventID
    /// Counted from 0 over the session's life; cursors refer to it.
    package let number: Int
    package let text: String
    package let kind: EventKind
    /// npub of the author.
    package let sender: String
    package let isOurs: Bool
    /// Milliseconds since 1970, when we sent or received it.
    package let time: Int64
}
