import CSecp256k1

/// secp256k1 ECDH that returns the unhashed x coordinate, as NIP-44 requires.
package enum Secp256k1Agreement {
    /// Returns 32 bytes. The public key is lifted to the point with even y (BIP-340).
    package static func sharedX(
        of key: Secp256k1SecretKey, with peer: XOnlyKey
    ) throws(CryptographyError) -> SecretBytes {
        var point = secp256k1_pubkey()
        let context = Secp256k1Context.shared.pointer
        guard secp256k1_ec_pubkey_parse(context, &point, [2] + peer.bytes, 33) == 1 else {
            throw .invalidKey("secp256k1 public key")
        }
        return try SecretBytes(count: 32) { (output) throws(CryptographyError) in
            let agreed = key.secret.withUnsafeBytes {
                pika_secp256k1_ecdh_x(
                    context, output.bindMemory(to: UInt8.self).baseAddress!, &point,
                    $0.bindMemory(to: UInt8.self).baseAddress!)
            }
            guard agreed == 1 else { throw .invalidKey("secp256k1 secret key") }
        }
    }
}
