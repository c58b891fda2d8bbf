import Cryptography
import Synchronization

/// The private half of a signature key pair (§5.1.2). OpenSSL's key is made once, because that takes as long as a signature.
package struct SignaturePrivateKey: Sendable, Equatable {
    private final class Made: Sendable {
        let key = Mutex<Ed25519Key?>(nil)
    }

    /// The seed, 32 bytes.
    package let secret: SecretBytes
    private let made = Made()

    package init(_ secret: SecretBytes) { self.secret = secret }

    /// - Throws: `CryptographyError` when the secret has another length.
    func key() throws(CryptographyError) -> Ed25519Key {
        if let key = made.key.withLock({ $0 }) { return key }
        let key = try Ed25519Key(privateKey: secret)
        made.key.withLock { $0 = key }
        return key
    }

    package static func == (a: SignaturePrivateKey, b: SignaturePrivateKey) -> Bool { a.secret == b.secret }
}
