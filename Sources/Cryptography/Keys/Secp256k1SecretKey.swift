import CSecp256k1

/// A secp256k1 secret key: a Nostr identity, or a one-time key.
package struct Secp256k1SecretKey: Sendable, Equatable {
    package static let lengthBytes = 32

    package let secret: SecretBytes
    package let publicKey: XOnlyKey

    /// - Throws: `.invalidLength`, or `.invalidKey` for zero and for numbers not below the group order.
    package init(_ secret: SecretBytes) throws(CryptographyError) {
        try CryptographyError.requireLength("secret key", secret.count, Self.lengthBytes)
        self.secret = secret
        var pair = try Self.keyPair(secret)
        defer { pair = secp256k1_keypair() }
        var key = secp256k1_xonly_pubkey()
        var bytes = [UInt8](repeating: 0, count: XOnlyKey.lengthBytes)
        let context = Secp256k1Context.shared.pointer
        guard secp256k1_keypair_xonly_pub(context, &key, nil, &pair) == 1,
            secp256k1_xonly_pubkey_serialize(context, &bytes, &key) == 1
        else { throw .invalidKey("secp256k1 secret key") }
        publicKey = XOnlyKey(trusted: bytes)
    }

    /// Creates a key from 64 hexadecimal digits.
    package init(hex: String) throws(CryptographyError) {
        guard let bytes = Hex.decode(hex) else { throw .invalidKey("secret key (64 hexadecimal digits)") }
        try self.init(SecretBytes(bytes))
    }

    /// Generates a fresh key. If the random bytes are out of range (probability 2^-128), it throws instead of
    /// trying again.
    package static func random(from source: some RandomSource) throws(CryptographyError) -> Secp256k1SecretKey
    {
        try Secp256k1SecretKey(source.secret(lengthBytes))
    }

    static func keyPair(_ secret: SecretBytes) throws(CryptographyError) -> secp256k1_keypair {
        var pair = secp256k1_keypair()
        let made = secret.withUnsafeBytes {
            secp256k1_keypair_create(
                Secp256k1Context.shared.pointer, &pair, $0.bindMemory(to: UInt8.self).baseAddress!)
        }
        guard made == 1 else { throw .invalidKey("secp256k1 secret key") }
        return pair
    }
}
