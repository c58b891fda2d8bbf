import COpenSSL

/// HMAC-SHA-256 (RFC 2104).
package enum HMACSHA256 {
    package static func authenticationCode(for message: [UInt8], key: SecretBytes) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: SHA256.digestLengthBytes)
        code.withUnsafeMutableBytes { write(message, key: key, into: $0) }
        return code
    }

    /// Like `authenticationCode`, for codes that are themselves secret.
    static func secret(for message: [UInt8], key: SecretBytes) -> SecretBytes {
        SecretBytes(count: SHA256.digestLengthBytes) { write(message, key: key, into: $0) }
    }

    private static func write(
        _ message: [UInt8], key: SecretBytes, into output: UnsafeMutableRawBufferPointer
    ) {
        var length: UInt32 = 0
        let written = key.withUnsafeBytes { key in
            // HMAC() takes a null key to mean "reuse the previous key", so an empty key needs an address,
            // too.
            var empty: UInt8 = 0
            return withUnsafePointer(to: &empty) { fallback in
                COpenSSL.HMAC(
                    EVPAlgorithm.sha256.pointer, key.baseAddress ?? UnsafeRawPointer(fallback),
                    Int32(key.count),
                    message, message.count, output.bindMemory(to: UInt8.self).baseAddress, &length)
            }
        }
        precondition(written != nil && length == SHA256.digestLengthBytes, "HMAC failed")
    }
}
