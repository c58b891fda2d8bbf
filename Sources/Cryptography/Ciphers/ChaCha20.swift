import COpenSSL

/// The ChaCha20 stream cipher (RFC 8439 §2.4) with the block counter starting at 0. Used by NIP-44, which
/// authenticates with HMAC separately.
package enum ChaCha20 {
    /// Encrypts or decrypts, which is the same operation. The key is 32 bytes long, the nonce 12.
    package static func apply(
        to text: [UInt8], key: SecretBytes, nonce: [UInt8]
    ) throws(CryptographyError) -> [UInt8] {
        try CryptographyError.requireLength("ChaCha20 key", key.count, 32)
        try CryptographyError.requireLength("ChaCha20 nonce", nonce.count, 12)
        guard !text.isEmpty else { return [] }
        let context = try EVPCipherContext()
        // OpenSSL's 16-byte IV is the little-endian block counter followed by the nonce.
        let counterAndNonce = [0, 0, 0, 0] + nonce
        let started = key.withUnsafeBytes {
            EVP_EncryptInit_ex2(
                context.pointer, EVPAlgorithm.chaCha20.pointer, $0.bindMemory(to: UInt8.self).baseAddress,
                counterAndNonce, nil)
        }
        try OpenSSLError.check(started, "EVP_EncryptInit_ex2")
        var output = [UInt8](repeating: 0, count: text.count)
        var written: Int32 = 0
        try OpenSSLError.check(
            EVP_EncryptUpdate(context.pointer, &output, &written, text, Int32(text.count)),
            "EVP_EncryptUpdate")
        return output
    }
}
