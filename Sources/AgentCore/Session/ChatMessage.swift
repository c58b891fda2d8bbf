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
    /// Whether the agent said it.
    package let isAgents: Bool
    /// Milliseconds since 1970, when we sent or received it.
    package let time: Int64

    /// Who said it, in a word: in lists and in front of lines.
    package var speaker: String { isOurs ? "you" : isAgents ? "agent" : Self.shortName(sender) }

    /// - Parameter npub: long enough to tell members apart, short enough for a line.
    static func shortName(_ npub: String) -> String { "\(npub.prefix(12))…" }
}

/// Whose messages count.
package enum Speaker: Equatable, Sendable {
    /// The agent; where nobody knows who that is, every other member.
    case agent
    /// Every other member.
    case anybody
    /// By npub.
    case account(String)
}
