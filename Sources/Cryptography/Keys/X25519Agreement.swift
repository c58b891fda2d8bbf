import COpenSSL

/// X25519 (RFC 7748 §6.1) with a key that is used once: its public key, and the secret that it shares with a peer.
///
/// OpenSSL computes a public key by a slower way than a shared secret (54 µs to 40). Both are the same function, of the base point and of the
/// peer's key, so that both are computed as shared secrets here.
enum X25519Agreement {
    /// - Throws: `.invalidKey` if the shared secret is all zeros (a low-order peer key).
    static func make(
        with privateKey: SecretBytes, peer: [UInt8]
    ) throws(CryptographyError) -> (secret: SecretBytes, publicKey: [UInt8]) {
        let key = try EVPKey(privateBytesOnly: privateKey, name: "X25519 private key")
        let peer = try EVPKey(publicBytes: peer, type: EVP_PKEY_X25519, name: "X25519 public key")
        guard let context = EVP_PKEY_CTX_new(key.pointer, nil) else {
            throw OpenSSLError.drained("EVP_PKEY_CTX_new")
        }
        defer { EVP_PKEY_CTX_free(context) }
        try OpenSSLError.check(EVP_PKEY_derive_init(context), "EVP_PKEY_derive_init")
        return (
            secret: try derive(context, peer), publicKey: try derive(context, basePoint()).exposed()
        )
    }

    /// - Parameter context: of the private key, initialized for derivation.
    static func derive(_ context: OpaquePointer, _ peer: EVPKey) throws(CryptographyError) -> SecretBytes {
        // Any 32 bytes are a public key (RFC 7748 §6.1), so that there is nothing to validate.
        try OpenSSLError.check(
            EVP_PKEY_derive_set_peer_ex(context, peer.pointer, 0), "EVP_PKEY_derive_set_peer_ex")
        return try SecretBytes(count: 32) { (output) throws(CryptographyError) in
            var count = output.count
            let derived = EVP_PKEY_derive(
                context, output.bindMemory(to: UInt8.self).baseAddress, &count)
            guard derived == 1, count == 32 else {
                ERR_clear_error()
                throw .invalidKey("X25519 public key")
            }
        }
    }

    private static let base = Result { () throws(CryptographyError) in
        try EVPKey(
            publicBytes: [9] + [UInt8](repeating: 0, count: 31), type: EVP_PKEY_X25519, name: "base point")
    }

    private static func basePoint() throws(CryptographyError) -> EVPKey { try base.get() }
}
