/// Why bytes could not be decoded as the expected structure, and at which offset.
package struct TLSDecodingError: Error, Equatable, CustomStringConvertible {
    package enum Reason: Equatable, Sendable {
        /// The bytes end before the value does.
        case truncated
        /// The length prefix is longer than necessary, or uses the reserved 8-byte form (RFC 9420 §2.1.2).
        case invalidLengthPrefix
        /// There are bytes after the end of the value.
        case trailingBytes(count: Int)
        /// The value is well-formed but has no meaning here.
        case invalidValue(of: String, UInt64)
    }

    package let reason: Reason
    /// Offset in bytes from the start of the outermost structure.
    package let offset: Int

    package var description: String {
        switch reason {
        case .truncated: "truncated at byte \(offset)"
        case .invalidLengthPrefix: "invalid length prefix at byte \(offset)"
        case .trailingBytes(let count): "\(count) trailing bytes at byte \(offset)"
        case .invalidValue(let what, let value): "invalid \(what) at byte \(offset) (value \(value))"
        }
    }
}
