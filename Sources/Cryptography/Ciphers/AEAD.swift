import COpenSSL

/// An authenticated cipher implemented by OpenSSL. AES-128-GCM and ChaCha20-Poly1305 differ only in algorithm
/// and key length.
struct AEAD: Sendable {
    static let tagLengthBytes = 16
    static let nonceLengthBytes = 12

    let algorithm: EVPAlgorithm
    let keyLengthBytes: Int
    let name: String

    func seal(
        _ plaintext: [UInt8], key: SecretBytes, nonce: [UInt8], authenticating associated: [UInt8]
    ) throws(CryptographyError) -> [UInt8] {
        let context = try start(key: key, nonce: nonce, encrypting: 1)
        var output = [UInt8](repeating: 0, count: plaintext.count + Self.tagLengthBytes)
        var written: Int32 = 0
        try authenticate(associated, in: context)
        try update(context, from: plaintext[...], into: &output, EVP_EncryptUpdate)
        try OpenSSLError.check(
            output.withUnsafeMutableBufferPointer {
                EVP_EncryptFinal_ex(context.pointer, $0.baseAddress.map { $0 + plaintext.count }, &written)
            }, "EVP_EncryptFinal_ex")
        try OpenSSLError.check(
            output.withUnsafeMutableBufferPointer {
                EVP_CIPHER_CTX_ctrl(
                    context.pointer, EVP_CTRL_AEAD_GET_TAG, Int32(Self.tagLengthBytes),
                    $0.baseAddress.map { $0 + plaintext.count })
            }, "EVP_CTRL_AEAD_GET_TAG")
        return output
    }

    func open(
        _ sealed: [UInt8], key: SecretBytes, nonce: [UInt8], authenticating associated: [UInt8]
    ) throws(CryptographyError) -> [UInt8] {
        guard sealed.count >= Self.tagLengthBytes else { throw .authenticationFailed }
        let context = try start(key: key, nonce: nonce, encrypting: 0)
        let ciphertext = sealed.dropLast(Self.tagLengthBytes)
        var tag = [UInt8](sealed.suffix(Self.tagLengthBytes))
        // One byte more than needed, so that the buffer of an empty message has an address.
        var output = [UInt8](repeating: 0, count: ciphertext.count + 1)
        var written: Int32 = 0
        try authenticate(associated, in: context)
        try update(context, from: ciphertext, into: &output, EVP_DecryptUpdate)
        try OpenSSLError.check(
            EVP_CIPHER_CTX_ctrl(
                context.pointer, EVP_CTRL_AEAD_SET_TAG, Int32(Self.tagLengthBytes), &tag),
            "EVP_CTRL_AEAD_SET_TAG")
        let final = output.withUnsafeMutableBufferPointer {
            EVP_DecryptFinal_ex(context.pointer, $0.baseAddress.map { $0 + ciphertext.count }, &written)
        }
        guard final == 1 else {
            ERR_clear_error()
            throw .authenticationFailed
        }
        output.removeLast()
        return output
    }

    private func start(
        key: SecretBytes, nonce: [UInt8], encrypting: Int32
    ) throws(CryptographyError) -> EVPCipherContext {
        try CryptographyError.requireLength("\(name) key", key.count, keyLengthBytes)
        try CryptographyError.requireLength("\(name) nonce", nonce.count, Self.nonceLengthBytes)
        let context = try EVPCipherContext()
        let result = key.withUnsafeBytes {
            EVP_CipherInit_ex2(
                context.pointer, algorithm.pointer, $0.bindMemory(to: UInt8.self).baseAddress, nonce,
                encrypting,
                nil)
        }
        try OpenSSLError.check(result, "EVP_CipherInit_ex2")
        return context
    }

    private func authenticate(_ associated: [UInt8], in context: EVPCipherContext) throws(CryptographyError) {
        guard !associated.isEmpty else { return }
        var written: Int32 = 0
        try OpenSSLError.check(
            EVP_CipherUpdate(context.pointer, nil, &written, associated, Int32(associated.count)),
            "EVP_CipherUpdate (associated data)")
    }

    private func update(
        _ context: EVPCipherContext, from input: ArraySlice<UInt8>, into output: inout [UInt8],
        _ step: (
            OpaquePointer?, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<Int32>?,
            UnsafePointer<UInt8>?, Int32
        ) -> Int32
    ) throws(CryptographyError) {
        guard !input.isEmpty else { return }
        var written: Int32 = 0
        let result = output.withUnsafeMutableBufferPointer { output in
            input.withUnsafeBufferPointer {
                step(context.pointer, output.baseAddress, &written, $0.baseAddress, Int32($0.count))
            }
        }
        try OpenSSLError.check(result, "\(name) update")
    }
}
