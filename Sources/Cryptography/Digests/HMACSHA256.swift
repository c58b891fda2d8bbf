import COpenSSL

/// HMAC-SHA-256 (RFC 2104).
package enum HMACSHA256 {
    package static func authenticationCode(for message: [UInt8], key: SecretBytes) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: SHA256.digestLengthBytes)
        code.withUnsafeMutableBytes { Engine().write(message, key: key, into: $0) }
        return code
    }

    /// Like `authenticationCode`, for codes that are themselves secret.
    ///
    /// - Parameter engine: for several codes one after the other.
    static func secret(for message: [UInt8], key: SecretBytes, with engine: Engine = Engine()) -> SecretBytes
    {
        SecretBytes(count: SHA256.digestLengthBytes) { engine.write(message, key: key, into: $0) }
    }

    /// Computes codes one after the other. OpenSSL's HMAC() looks up both algorithms by name for each of them; this is a copy of a context
    /// that has them. When it goes, what it was keyed with is wiped.
    final class Engine {
        private let context = EVP_MAC_CTX_dup(EVPAlgorithm.hmacSHA256.pointer)

        deinit { EVP_MAC_CTX_free(context) }

        fileprivate func write(
            _ message: [UInt8], key: SecretBytes, into output: UnsafeMutableRawBufferPointer
        ) {
            var length = 0
            let isKeyed = key.withUnsafeBytes { key in
                // A null key means "reuse the previous key", so an empty key needs an address, too.
                var empty: UInt8 = 0
                return withUnsafePointer(to: &empty) { fallback in
                    EVP_MAC_init(
                        context, key.bindMemory(to: UInt8.self).baseAddress ?? fallback, key.count, nil)
                }
            }
            let isWritten =
                isKeyed == 1 && EVP_MAC_update(context, message, message.count) == 1
                && EVP_MAC_final(
                    context, output.bindMemory(to: UInt8.self).baseAddress, &length, output.count) == 1
            // It fails only when the process is out of memory.
            precondition(isWritten && length == SHA256.digestLengthBytes, "HMAC failed")
        }
    }
}
