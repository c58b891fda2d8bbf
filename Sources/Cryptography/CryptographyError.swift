/// Errors of the cryptographic primitives.
///
/// Failed authentication (of a tag, a MAC or a signature) is deliberately a single case, so that it reveals
/// no details.
package enum CryptographyError: Error, Equatable, CustomStringConvertible {
    /// A ciphertext, tag or signature could not be verified with the given key.
    case authenticationFailed
    /// A key or point is not valid for its algorithm (not on the curve, zero, out of range).
    case invalidKey(String)
    /// An input has the wrong length; both lengths are in bytes.
    case invalidLength(of: String, expected: Int, actual: Int)
    /// An OpenSSL operation failed that cannot fail for valid arguments; `detail` is the content of its error
    /// queue.
    case library(operation: String, detail: String)

    package var description: String {
        switch self {
        case .authenticationFailed: "authentication failed"
        case .invalidKey(let kind): "not a valid \(kind)"
        case .invalidLength(let what, let expected, let actual):
            "\(what) must be \(expected) bytes long, but is \(actual)"
        case .library(let operation, let detail): "OpenSSL: \(operation) failed (\(detail))"
        }
    }

    static func requireLength(_ what: String, _ actual: Int, _ expected: Int) throws(CryptographyError) {
        guard actual == expected else {
            throw .invalidLength(of: what, expected: expected, actual: actual)
        }
    }
}
