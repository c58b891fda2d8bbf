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
    static let sha1 = EVPAlgorithm(EVP_MD_fetch(nil, "SHA1", nil), "SHA1")
    static let aes128GCM = EVPAlgorithm(EVP_CIPHER_fetch(nil, "AES-128-GCM", nil), "AES-128-GCM")
    static let chaCha20Poly1305 = EVPAlgorithm(
        EVP_CIPHER_fetch(nil, "ChaCha20-Poly1305", nil), "ChaCha20-Poly1305")
    static let chaCha20 = EVPAlgorithm(EVP_CIPHER_fetch(nil, "ChaCha20", nil), "ChaCha20")
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

    deinit { EVP_PKEY_free(pointer) }

    func publicBytes() throws(CryptographyError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 32)
        var count = bytes.count
        try OpenSSLError.check(
            EVP_PKEY_get_raw_public_key(pointer, &bytes, &count), "EVP_PKEY_get_raw_public_key")
        return bytes
    }
}
