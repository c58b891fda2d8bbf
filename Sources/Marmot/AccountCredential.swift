import Cryptography
import MLS

/// How an MLS leaf identifies a Nostr account: a basic credential holding the raw x-only key (MIP-00).
package enum AccountCredential {
    package static func make(_ key: XOnlyKey) -> Credential { .basic(identity: key.bytes) }

    /// Nil unless the identity is 32 bytes long. They need not be the x coordinate of a curve point: MDK does not look, and whoever
    /// refuses such a member is left behind when the group goes on. Nobody can sign with it, so it never says anything.
    package static func account(of credential: Credential) -> XOnlyKey? {
        guard case .basic(let identity) = credential else { return nil }
        return try? XOnlyKey(unverified: identity)
    }
}
