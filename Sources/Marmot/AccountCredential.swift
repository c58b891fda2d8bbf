import Cryptography
import MLS

/// How a Nostr account stands in an MLS leaf: a basic credential holding the raw x-only key (MIP-00).
package enum AccountCredential {
    package static func make(_ key: XOnlyKey) -> Credential { .basic(identity: key.bytes) }

    /// Nil for anything but 32 bytes that are a curve point's x.
    package static func account(of credential: Credential) -> XOnlyKey? {
        guard case .basic(let identity) = credential else { return nil }
        return try? XOnlyKey(identity)
    }
}
