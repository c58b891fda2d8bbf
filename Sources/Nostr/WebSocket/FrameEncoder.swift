import Cryptography

/// Encodes frames (RFC 6455 §5.2).
package struct FrameEncoder: Sendable {
    private let role: WebSocketRole
    private let random: any RandomSource

    package init(role: WebSocketRole, random: any RandomSource) {
        self.role = role
        self.random = random
    }

    package func encode(_ frame: Frame) throws -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(frame.payload.count + 14)
        Self.appendHead(
            frame.opcode, isFinal: frame.isFinal, isMasked: role == .client, count: frame.payload.count,
            to: &bytes)
        guard role == .client else { return bytes + frame.payload }
        // §5.3 requires a fresh, unpredictable key for each frame.
        let key = try random.bytes(4)
        bytes += key
        for (index, byte) in frame.payload.enumerated() { bytes.append(byte ^ key[index & 3]) }
        return bytes
    }

    /// Everything of a frame before its masking key.
    ///
    /// - Parameter count: the number of bytes in the payload.
    package static func appendHead(
        _ opcode: Opcode, isFinal: Bool = true, isMasked: Bool, count: Int, to bytes: inout [UInt8]
    ) {
        let maskBit: UInt8 = isMasked ? 0x80 : 0
        bytes.append((isFinal ? 0x80 : 0) | opcode.rawValue)
        switch count {
        case ..<126: bytes.append(maskBit | UInt8(count))
        case ...0xffff: bytes += [maskBit | 126, UInt8(count >> 8), UInt8(count & 0xff)]
        default:
            bytes.append(maskBit | 127)
            for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(count >> shift & 0xff)) }
        }
    }
}
