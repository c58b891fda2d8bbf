import Cryptography
import Foundation
import Nostr

/// What one connection has to sign to say who it is, and who it has said to be (NIP-42).
struct RelayAuthentication: Sendable {
    static let kind = EventKind(rawValue: 22_242)
    /// "created_at should be close (e.g. within ~10 minutes)".
    static let toleranceSeconds: Int64 = 600

    let challenge: String
    private(set) var keys: Set<XOnlyKey> = []

    /// - Parameter challenge: unpredictable, so that no recorded answer fits.
    init(challenge: String) { self.challenge = challenge }

    /// Takes the answer to the challenge.
    ///
    /// - Returns: why it is not one; nil when the author is signed in.
    mutating func accept(_ event: Event, at relay: RelayURL, now: Int64) -> String? {
        guard event.kind == Self.kind else { return "invalid: AUTH takes an event of kind \(Self.kind)" }
        guard event.tags.value("challenge") == challenge else {
            return "invalid: the challenge is not the one that was sent"
        }
        // The host may have other names; by the port and path it is clear that this relay is meant.
        guard let named = event.tags.value("relay").flatMap({ try? RelayURL($0) }),
            named.isLoopback, named.port == relay.port, named.path == relay.path
        else { return "invalid: the relay tag is not \(relay)" }
        guard event.createdAt >= now - Self.toleranceSeconds, event.createdAt <= now + Self.toleranceSeconds
        else { return "invalid: created_at is more than ten minutes away" }
        keys.insert(event.author)
        return nil
    }
}
