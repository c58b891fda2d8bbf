import COpenSSL

/// The bare ChaCha20 stream (RFC 8439 §2.4), block counter starting at 0, for NIP-44, which authenticates with HMAC itself.
package enum ChaCha20 {
    /// Encrypts or decrypts: the same operation. Key 32 bytes, nonce 12.
    package static func apply(
        to text: [UInt8], key: SecretBytes, nonce: [UInt8]
    ) throws(CryptographyError) -> [UInt8] {
        try CryptographyError.requireLength("ChaCha20 key", key.count, 32)
        try CryptographyError.requireLength("ChaCha20 nonce", nonce.count, 12)
        guard !text.isEmpty else { return [] }
        let context = try EVPCipherContext()
        // OpenSSL's 16-byte IV is the little-endian block counter, then the nonce.
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
