/// What can go wrong below the protocols.
///
/// Failed authentication (a tag, a MAC or a signature) is one case on purpose: why it failed is nobody's business.
package enum CryptographyError: Error, Equatable, CustomStringConvertible {
    /// A ciphertext, tag or signature does not verify under the key given.
    case authenticationFailed
    /// A key or point is not valid for its algorithm (off the curve, zero, out of range).
    case invalidKey(String)
    /// An input has the wrong length; both lengths in bytes.
    case invalidLength(of: String, expected: Int, actual: Int)
    /// OpenSSL refused an operation that cannot fail for valid arguments; `detail` is its error queue.
    case library(operation: String, detail: String)

    package var description: String {
        switch self {
        case .authenticationFailed: "authentication failed"
        case .invalidKey(let kind): "not a valid \(kind)"
        case .invalidLength(let what, let expected, let actual):
            "\(what) must have \(expected) bytes, this one has \(actual)"
        case .library(let operation, let detail): "OpenSSL: \(operation) failed (\(detail))"
        }
    }

    static func requireLength(_ what: String, _ actual: Int, _ expected: Int) throws(CryptographyError) {
        guard actual == expected else {
            throw .invalidLength(of: what, expected: expected, actual: actual)
        }
    }
}
