import CSecp256k1

/// BIP-340 Schnorr signatures over secp256k1.
package enum SchnorrSignature {
    package static let lengthBytes = 64

    /// Signs a message of any length. Nostr signs the 32-byte event id.
    ///
    /// - Parameter auxiliaryRandom: 32 bytes mixed into the nonce (BIP-340 "Default Signing").
    package static func sign(
        _ message: [UInt8], with key: Secp256k1SecretKey, auxiliaryRandom: [UInt8]
    ) throws(CryptographyError) -> [UInt8] {
        try CryptographyError.requireLength("auxiliary randomness", auxiliaryRandom.count, 32)
        var pair = try Secp256k1SecretKey.keyPair(key.secret)
        defer { pair = secp256k1_keypair() }
        var signature = [UInt8](repeating: 0, count: lengthBytes)
        var auxiliary = auxiliaryRandom
        let signed = auxiliary.withUnsafeMutableBytes { auxiliary in
            // SECP256K1_SCHNORRSIG_EXTRAPARAMS_MAGIC, a compound initializer that Swift does not import.
            var parameters = secp256k1_schnorrsig_extraparams(
                magic: (0xda, 0x6f, 0xb3, 0x8c), noncefp: nil, ndata: auxiliary.baseAddress)
            return secp256k1_schnorrsig_sign_custom(
                Secp256k1Context.shared.pointer, &signature, message, message.count, &pair, &parameters)
        }
        guard signed == 1 else { throw .invalidKey("secp256k1 secret key") }
        return signature
    }

    package static func isValid(_ signature: [UInt8], for message: [UInt8], publicKey: XOnlyKey) -> Bool {
        guard signature.count == lengthBytes, var key = try? publicKey.parsed() else { return false }
        return secp256k1_schnorrsig_verify(
            Secp256k1Context.shared.pointer, signature, message, message.count, &key) == 1
    }
}
