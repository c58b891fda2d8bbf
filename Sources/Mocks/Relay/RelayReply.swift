import Nostr
import Vocabulary

/// The messages that a relay sends beyond those of NIP-01.
enum RelayReply {
    /// NIP-42.
    static func authentication(challenge: String) -> String { "[\"AUTH\",\(JSONText.quoted(challenge))]" }

    /// NIP-45.
    static func count(subscription: String, _ count: Int) -> String {
        "[\"COUNT\",\(JSONText.quoted(subscription)),{\"count\":\(count)}]"
    }
}
