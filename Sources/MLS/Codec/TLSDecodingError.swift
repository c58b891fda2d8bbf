/// Why bytes are not the TLS presentation of what was expected, and where in them.
package struct TLSDecodingError: Error, Equatable, CustomStringConvertible {
    package enum Reason: Equatable, Sendable {
        /// The bytes end before the value does.
        case truncated
        /// A length prefix longer than it needs to be, or of the reserved 8-byte form (RFC 9420 §2.1.2).
        case invalidLengthPrefix
        /// Bytes follow where the value should end.
        case trailingBytes(count: Int)
        /// A well-formed number that stands for nothing here.
        case invalidValue(of: String, UInt64)
    }

    package let reason: Reason
    /// Offset in bytes from the start of the outermost structure.
    package let offset: Int

    package var description: String {
        switch reason {
        case .truncated: "ends too early at byte \(offset)"
        case .invalidLengthPrefix: "invalid length prefix at byte \(offset)"
        case .trailingBytes(let count): "\(count) bytes too many from byte \(offset) on"
        case .invalidValue(let what, let value): "\(value) is no \(what) (byte \(offset))"
        }
    }
}
