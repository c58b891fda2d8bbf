import Cryptography

/// Fixed keys for tests. Never outside them.
package enum TestKeys {
    package static let alice = make(1)
    package static let bob = make(2)
    package static let carol = make(3)

    /// A key whose secret is `number` in every byte.
    package static func make(_ number: UInt8) -> Secp256k1SecretKey {
        do {
            return try Secp256k1SecretKey(SecretBytes([UInt8](repeating: number, count: 32)))
        } catch {
            preconditionFailure("a test key must be valid: \(error)")
        }
    }
}
