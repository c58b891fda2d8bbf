/// HKDF with SHA-256 (RFC 5869), built on OpenSSL's HMAC.
///
/// OpenSSL's own HKDF rejects an `info` longer than 2048 bytes, but MLS puts the whole GroupContext there
/// (RFC 9420 §8).
package enum HKDF {
    /// HKDF-Extract (§2.2). An empty salt stands for 32 zero bytes.
    package static func extract(salt: SecretBytes, inputKeyMaterial: SecretBytes) -> SecretBytes {
        extract(salt: salt, inputKeyMaterial: inputKeyMaterial, with: HMACSHA256.Engine())
    }

    static func extract(
        salt: SecretBytes, inputKeyMaterial: SecretBytes, with engine: HMACSHA256.Engine
    ) -> SecretBytes {
        // HMAC pads its key with zeros, so an empty key and 32 zero bytes are equivalent.
        var message = inputKeyMaterial.exposed()
        defer { for index in message.indices { message[index] = 0 } }
        return HMACSHA256.secret(for: message, key: salt, with: engine)
    }

    /// HKDF-Expand (§2.3). `length` is in bytes, at most 255 · 32.
    package static func expand(
        pseudoRandomKey: SecretBytes, info: [UInt8], length: Int
    ) throws(CryptographyError) -> SecretBytes {
        try expand(
            pseudoRandomKey: pseudoRandomKey, info: info, length: length, with: HMACSHA256.Engine())
    }

    static func expand(
        pseudoRandomKey: SecretBytes, info: [UInt8], length: Int, with engine: HMACSHA256.Engine
    ) throws(CryptographyError) -> SecretBytes {
        guard length <= 255 * SHA256.digestLengthBytes else {
            throw .invalidLength(of: "HKDF output", expected: 255 * SHA256.digestLengthBytes, actual: length)
        }
        if length == SHA256.digestLengthBytes {
            return HMACSHA256.secret(for: info + [1], key: pseudoRandomKey, with: engine)
        }
        return SecretBytes(count: length) { output in
            var block = SecretBytes([])
            var filled = 0
            var counter: UInt8 = 1
            while filled < length {
                block = HMACSHA256.secret(
                    for: block.exposed() + info + [counter], key: pseudoRandomKey, with: engine)
                let count = min(block.count, length - filled)
                block.withUnsafeBytes { source in
                    for index in 0..<count { output[filled + index] = source[index] }
                }
                filled += count
                counter &+= 1
            }
        }
    }
}
