import Cryptography

/// Four random bytes that prevent nonce reuse if two messages are encrypted with the same key (§6.3.1).
struct ReuseGuard: Equatable {
    static let lengthBytes = 4

    let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    init(from random: some RandomSource) throws(CryptographyError) {
        bytes = try random.bytes(Self.lengthBytes)
    }

    /// The nonce with the guard XORed into its first bytes.
    func applied(to nonce: [UInt8]) -> [UInt8] {
        var nonce = nonce
        for (index, byte) in bytes.enumerated() where index < nonce.count { nonce[index] ^= byte }
        return nonce
    }
}
