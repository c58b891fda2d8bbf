import COpenSSL

/// An X25519 key pair (RFC 7748), the KEM key of MLS cipher suite 1.
package struct X25519Key: Sendable {
    private let key: EVPKey
    package let publicKey: [UInt8]

    /// Creates a key from the 32-byte scalar as encoded in RFC 7748 §5. It is clamped when it is used.
    package init(privateKey: SecretBytes) throws(CryptographyError) {
        key = try EVPKey(privateBytes: privateKey, type: EVP_PKEY_X25519, name: "X25519 private key")
        publicKey = try key.publicBytes()
    }

    /// Computes the secret shared with `peer` (32 bytes).
    ///
    /// - Throws: `.invalidKey` if the result is all zeros (a low-order peer key, RFC 7748 §6.1).
    package func sharedSecret(with peer: [UInt8]) throws(CryptographyError) -> SecretBytes {
        let peerKey = try EVPKey(publicBytes: peer, type: EVP_PKEY_X25519, name: "X25519 public key")
        guard let context = EVP_PKEY_CTX_new(key.pointer, nil) else {
            throw OpenSSLError.drained("EVP_PKEY_CTX_new")
        }
        defer { EVP_PKEY_CTX_free(context) }
        try OpenSSLError.check(EVP_PKEY_derive_init(context), "EVP_PKEY_derive_init")
        return try X25519Agreement.derive(context, peerKey)
    }
}
