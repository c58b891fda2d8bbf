/// The variable-size length prefix of MLS vectors (RFC 9420 §2.1.2): 1, 2 or 4 bytes, always in the shortest
/// form.
enum VariableLength {
    static let maximum = 1 << 30 - 1

    /// Number of bytes after the first one in the prefix of this length.
    static func extraBytes(for length: Int) -> Int {
        switch length {
        case ..<0x40: 0
        case ..<0x4000: 1
        default: 3
        }
    }

    static func encode(_ length: Int) -> [UInt8] {
        precondition(length <= maximum, "a vector of more than 2^30 - 1 bytes cannot be encoded")
        return switch extraBytes(for: length) {
        case 0: [UInt8(length)]
        case 1: [0x40 | UInt8(length >> 8), UInt8(length & 0xff)]
        default:
            [
                0x80 | UInt8(length >> 24), UInt8(length >> 16 & 0xff), UInt8(length >> 8 & 0xff),
                UInt8(length & 0xff),
            ]
        }
    }
}
