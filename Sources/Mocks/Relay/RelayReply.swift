import Nostr
import Vocabulary

/// What a relay sends, as bytes (NIPs 01, 42, 45).
enum RelayReply {
    /// Everything of an EVENT message before the event; a bracket closes it.
    static func eventHead(subscription: String) -> [UInt8] {
        Array("[\"EVENT\",\(JSONText.quoted(subscription)),".utf8)
    }

    static func ok(id: String, _ accepted: Bool, _ message: String) -> [UInt8] {
        Array(RelayMessageText.ok(id: id, accepted: accepted, message: message).utf8)
    }

    static func endOfStoredEvents(subscription: String) -> [UInt8] {
        Array(RelayMessageText.endOfStoredEvents(subscription: subscription).utf8)
    }

    static func closed(subscription: String, _ message: String) -> [UInt8] {
        Array(RelayMessageText.closed(subscription: subscription, message: message).utf8)
    }

    static func notice(_ message: String) -> [UInt8] { Array(RelayMessageText.notice(message).utf8) }

    static func authentication(challenge: String) -> [UInt8] {
        Array("[\"AUTH\",\(JSONText.quoted(challenge))]".utf8)
    }

    static func count(subscription: String, _ count: Int) -> [UInt8] {
        Array("[\"COUNT\",\(JSONText.quoted(subscription)),{\"count\":\(count)}]".utf8)
    }
}
