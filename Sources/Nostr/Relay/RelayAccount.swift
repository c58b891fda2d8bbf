import Cryptography

/// Who we are for relays that want to know (NIP-42), where an event is the account's anyway. A relay that asks gets a second connection for
/// these, so that it cannot tell whose the anonymous events are.
package struct RelayAccount: Sendable {
    package let key: Secp256k1SecretKey
    /// Kinds that must not be tied to the account.
    package let anonymousKinds: Set<EventKind>

    package init(key: Secp256k1SecretKey, anonymousKinds: Set<EventKind>) {
        (self.key, self.anonymousKinds) = (key, anonymousKinds)
    }
}
