import COpenSSL

/// Algorithms that are fetched once, because an implicit fetch for each call costs more than hashing a short
/// message.
///
/// `@unchecked Sendable` because OpenSSL's method objects are immutable and their reference counts are
/// atomic.
final class EVPAlgorithm: @unchecked Sendable {
    let pointer: OpaquePointer

    private init(_ pointer: OpaquePointer?, _ name: String) {
        guard let pointer else {
            // Nothing works without these algorithms, and an OpenSSL 3 that lacks them is a broken
            // installation.
            fatalError("OpenSSL lacks \(name); install Debian's libssl3")
        }
        self.pointer = pointer
    }

    static let sha256 = EVPAlgorithm(EVP_MD_fetch(nil, "SHA256", nil), "SHA256")
    /// A MAC context that has its digest and waits for a key.
    static let hmacSHA256 = EVPAlgorithm(makeHMAC(), "HMAC")
    static let sha1 = EVPAlgorithm(EVP_MD_fetch(nil, "SHA1", nil), "SHA1")
    static let aes128GCM = EVPAlgorithm(EVP_CIPHER_fetch(nil, "AES-128-GCM", nil), "AES-128-GCM")
    static let chaCha20Poly1305 = EVPAlgorithm(
        EVP_CIPHER_fetch(nil, "ChaCha20-Poly1305", nil), "ChaCha20-Poly1305")
    static let chaCha20 = EVPAlgorithm(EVP_CIPHER_fetch(nil, "ChaCha20", nil), "ChaCha20")

    private static func makeHMAC() -> OpaquePointer? {
        let algorithm = EVP_MAC_fetch(nil, "HMAC", nil)
        defer { EVP_MAC_free(algorithm) }
        guard let context = EVP_MAC_CTX_new(algorithm) else { return nil }
        var digest = Array("SHA256".utf8CString)
        let isSet = digest.withUnsafeMutableBufferPointer { name in
            let parameters = [
                OSSL_PARAM_construct_utf8_string(cName("digest"), name.baseAddress, 0),
                OSSL_PARAM_construct_end(),
            ]
            return EVP_MAC_CTX_set_params(context, parameters)
        }
        return isSet == 1 ? context : nil
    }
}

/// Owns an `EVP_CIPHER_CTX`.
final class EVPCipherContext {
    let pointer: OpaquePointer

    init() throws(CryptographyError) {
        guard let pointer = EVP_CIPHER_CTX_new() else { throw OpenSSLError.drained("EVP_CIPHER_CTX_new") }
        self.pointer = pointer
    }

    deinit { EVP_CIPHER_CTX_free(pointer) }
}

/// Owns an `EVP_PKEY`.
///
/// `@unchecked Sendable` because keys are never changed after construction, and their reference counts are
/// atomic.
final class EVPKey: @unchecked Sendable {
    let pointer: OpaquePointer

    init(privateBytes: SecretBytes, type: Int32, name: String) throws(CryptographyError) {
        try CryptographyError.requireLength(name, privateBytes.count, 32)
        let made = privateBytes.withUnsafeBytes {
            EVP_PKEY_new_raw_private_key(type, nil, $0.bindMemory(to: UInt8.self).baseAddress, $0.count)
        }
        guard let made else { throw OpenSSLError.drained("EVP_PKEY_new_raw_private_key") }
        pointer = made
    }

    init(publicBytes: [UInt8], type: Int32, name: String) throws(CryptographyError) {
        try CryptographyError.requireLength(name, publicBytes.count, 32)
        guard let made = EVP_PKEY_new_raw_public_key(type, nil, publicBytes, publicBytes.count) else {
            throw OpenSSLError.drained("EVP_PKEY_new_raw_public_key")
        }
        pointer = made
    }

    /// An X25519 key without its public half, which takes as long as an agreement to compute. Only for `EVP_PKEY_derive`.
    init(privateBytesOnly bytes: SecretBytes, name: String) throws(CryptographyError) {
        try CryptographyError.requireLength(name, bytes.count, 32)
        guard let context = EVP_PKEY_CTX_new_from_name(nil, "X25519", nil) else {
            throw OpenSSLError.drained("EVP_PKEY_CTX_new_from_name")
        }
        defer { EVP_PKEY_CTX_free(context) }
        try OpenSSLError.check(EVP_PKEY_fromdata_init(context), "EVP_PKEY_fromdata_init")
        var made: OpaquePointer?
        // OpenSSL computes the public half unless one is given.
        var placeholder = [UInt8](repeating: 0, count: 32)
        let result = bytes.withUnsafeBytes { secret in
            placeholder.withUnsafeMutableBytes { placeholder in
                var parameters = [
                    OSSL_PARAM_construct_octet_string(
                        cName("priv"), UnsafeMutableRawPointer(mutating: secret.baseAddress), secret.count),
                    OSSL_PARAM_construct_octet_string(
                        cName("pub"), placeholder.baseAddress, placeholder.count),
                    OSSL_PARAM_construct_end(),
                ]
                return EVP_PKEY_fromdata(context, &made, pika_EVP_PKEY_KEYPAIR(), &parameters)
            }
        }
        try OpenSSLError.check(result, "EVP_PKEY_fromdata")
        guard let made else { throw OpenSSLError.drained("EVP_PKEY_fromdata") }
        pointer = made
    }

    deinit { EVP_PKEY_free(pointer) }

    func publicBytes() throws(CryptographyError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 32)
        var count = bytes.count
        try OpenSSLError.check(
            EVP_PKEY_get_raw_public_key(pointer, &bytes, &count), "EVP_PKEY_get_raw_public_key")
        return bytes
    }
}

/// The name of a parameter. OpenSSL keeps only the pointer, so that it must outlive the call that takes it.
private func cName(_ name: StaticString) -> UnsafePointer<CChar> {
    UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
}
