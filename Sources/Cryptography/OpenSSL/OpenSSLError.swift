import COpenSSL

/// Converts OpenSSL's thread-local error queue into a `CryptographyError` and empties the queue.
enum OpenSSLError {
    static func drained(_ operation: String) -> CryptographyError {
        var reasons: [String] = []
        while true {
            let code = ERR_get_error()
            if code == 0 { break }
            var text = [CChar](repeating: 0, count: 256)
            ERR_error_string_n(code, &text, text.count)
            reasons.append(
                String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
        }
        return .library(
            operation: operation,
            detail: reasons.isEmpty ? "no reason given" : reasons.joined(separator: "; "))
    }

    /// By OpenSSL's convention, 1 is success and everything else is failure.
    static func check(_ result: Int32, _ operation: String) throws(CryptographyError) {
        guard result == 1 else { throw drained(operation) }
    }
}
