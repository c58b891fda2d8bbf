import COpenSSL

/// An Ed25519 signing key (RFC 8032), the signature key of MLS cipher suite 1.
package struct Ed25519Key: Sendable {
    package static let signatureLengthBytes = 64

    private let key: EVPKey
    package let publicKey: [UInt8]

    /// Creates a key from the 32-byte seed.
    package init(privateKey: SecretBytes) throws(CryptographyError) {
        key = try EVPKey(privateBytes: privateKey, type: EVP_PKEY_ED25519, name: "Ed25519 private key")
        publicKey = try key.publicBytes()
    }

    package func signature(for message: [UInt8]) throws(CryptographyError) -> [UInt8] {
        guard let context = EVP_MD_CTX_new() else { throw OpenSSLError.drained("EVP_MD_CTX_new") }
        defer { EVP_MD_CTX_free(context) }
        try OpenSSLError.check(
            EVP_DigestSignInit(context, nil, nil, nil, key.pointer), "EVP_DigestSignInit")
        var signature = [UInt8](repeating: 0, count: Self.signatureLengthBytes)
        var count = signature.count
        try OpenSSLError.check(
            EVP_DigestSign(context, &signature, &count, message, message.count), "EVP_DigestSign")
        return signature
    }

    /// False for an invalid signature, and for a key that is not a curve point.
    package static func isValid(_ signature: [UInt8], for message: [UInt8], publicKey: [UInt8]) -> Bool {
        guard signature.count == signatureLengthBytes,
            let key = try? EVPKey(publicBytes: publicKey, type: EVP_PKEY_ED25519, name: "Ed25519 public key"),
            let context = EVP_MD_CTX_new()
        else { return false }
        defer {
            EVP_MD_CTX_free(context)
            ERR_clear_error()
        }
        guard EVP_DigestVerifyInit(context, nil, nil, nil, key.pointer) == 1 else { return false }
        return EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    }
}
