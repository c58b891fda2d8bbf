import Cryptography
import MLS

/// How an MLS leaf identifies a Nostr account: a basic credential holding the raw x-only key (MIP-00).
package enum AccountCredential {
    package static func make(_ key: XOnlyKey) -> Credential { .basic(identity: key.bytes) }

    /// Nil unless the identity is 32 bytes that are the x coordinate of a curve point.
    package static func account(of credential: Credential) -> XOnlyKey? {
        guard case .basic(let identity) = credential else { return nil }
        return try? XOnlyKey(identity)
    }
}
