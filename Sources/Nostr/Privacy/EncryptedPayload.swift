import Cryptography

/// NIP-44 version 2 encryption: padding, ChaCha20, HMAC, base64.
///
/// Since 2025 NIP-44 has a separate length prefix for plaintexts above 65535 bytes. MDK's library does not
/// understand it, so it is only used if the caller passes a larger `maximumBytes`.
package enum EncryptedPayload {
    package static let version: UInt8 = 2
    package static let nonceLengthBytes = 32
    private static let macLengthBytes = 32
    /// Plaintext lengths in bytes that every implementation supports.
    package static let plaintextLengths = 1...65_535
    /// Minimum lengths of the base64 text and of the decoded payload (NIP-44 "Decryption").
    private static let shortestPayloadCharacters = 132
    private static let shortestPayloadBytes = 99

    package enum Failure: Error, Equatable, CustomStringConvertible {
        case invalidPlaintextLength(Int)
        case unknownVersion
        case invalidPayloadLength(Int)
        case invalidBase64
        case wrongMAC
        case invalidPadding

        package var description: String {
            switch self {
            case .invalidPlaintextLength(let count):
                "cannot encrypt \(count) bytes: the plaintext is empty or too long"
            case .unknownVersion: "the payload has an unknown version"
            case .invalidPayloadLength(let count): "the payload has an invalid length (\(count))"
            case .invalidBase64: "the payload is not base64"
            case .wrongMAC: "the payload's MAC is wrong: it was encrypted for another key, or it is damaged"
            case .invalidPadding: "the payload's padding is invalid"
            }
        }
    }

    /// - Parameter maximumBytes: limit for the length of the plaintext.
    package static func encrypt(
        _ plaintext: [UInt8], with key: ConversationKey, maximumBytes: Int = plaintextLengths.upperBound,
        random: some RandomSource
    ) throws -> String {
        try encrypt(
            plaintext, with: key, maximumBytes: maximumBytes, nonce: random.bytes(nonceLengthBytes))
    }

    /// Encrypts with the given nonce, which must never be reused with the same key.
    package static func encrypt(
        _ plaintext: [UInt8], with key: ConversationKey, maximumBytes: Int = plaintextLengths.upperBound,
        nonce: [UInt8]
    ) throws -> String {
        guard !plaintext.isEmpty, plaintext.count <= min(maximumBytes, Int(UInt32.max)) else {
            throw Failure.invalidPlaintextLength(plaintext.count)
        }
        let keys = try key.messageKeys(nonce: nonce)
        let prefix = lengthPrefix(plaintext.count)
        let zeros = [UInt8](repeating: 0, count: paddedLength(plaintext.count) - plaintext.count)
        let ciphertext = try ChaCha20.apply(
            to: prefix + plaintext + zeros, key: keys.chaChaKey, nonce: keys.chaChaNonce)
        let mac = HMACSHA256.authenticationCode(for: nonce + ciphertext, key: keys.hmacKey)
        return Base64.encode([version] + nonce + ciphertext + mac)
    }

    private static func lengthPrefix(_ count: Int) -> [UInt8] {
        count <= plaintextLengths.upperBound
            ? [UInt8(count >> 8), UInt8(count & 0xff)]
            : [0, 0] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) }
    }

    package static func decrypt(
        _ payload: String, with key: ConversationKey, maximumBytes: Int = plaintextLengths.upperBound
    ) throws -> [UInt8] {
        guard payload.first != "#" else { throw Failure.unknownVersion }
        let longestBytes =
            1 + nonceLengthBytes + lengthPrefix(maximumBytes).count + paddedLength(maximumBytes)
            + macLengthBytes
        guard (shortestPayloadCharacters...((longestBytes + 2) / 3 * 4)).contains(payload.utf8.count) else {
            throw Failure.invalidPayloadLength(payload.utf8.count)
        }
        guard let bytes = Base64.decode(payload) else { throw Failure.invalidBase64 }
        guard (shortestPayloadBytes...longestBytes).contains(bytes.count) else {
            throw Failure.invalidPayloadLength(bytes.count)
        }
        guard bytes.first == version else { throw Failure.unknownVersion }
        let nonce = Array(bytes[1..<1 + nonceLengthBytes])
        let ciphertext = Array(bytes[(1 + nonceLengthBytes)..<(bytes.count - macLengthBytes)])
        let keys = try key.messageKeys(nonce: nonce)
        let mac = HMACSHA256.authenticationCode(for: nonce + ciphertext, key: keys.hmacKey)
        guard ConstantTimeEquality.areEqual(mac, Array(bytes.suffix(macLengthBytes))) else {
            throw Failure.wrongMAC
        }
        let padded = try ChaCha20.apply(to: ciphertext, key: keys.chaChaKey, nonce: keys.chaChaNonce)
        return try unpadded(padded, maximumBytes)
    }

    private static func unpadded(_ padded: [UInt8], _ maximumBytes: Int) throws -> [UInt8] {
        func number(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }
        guard padded.count >= 6 else { throw Failure.invalidPadding }
        let short = number(padded[..<2])
        // A length of zero means that a four-byte length follows. A length that fits in two bytes must not be
        // written that way.
        let count = short == 0 ? number(padded[2..<6]) : short
        guard short != 0 || count > plaintextLengths.upperBound, count <= maximumBytes else {
            throw Failure.invalidPadding
        }
        let start = lengthPrefix(count).count
        guard padded.count == start + paddedLength(count),
            padded.dropFirst(start + count).allSatisfy({ $0 == 0 })
        else { throw Failure.invalidPadding }
        return Array(padded[start..<start + count])
    }

    /// NIP-44 "calc_padded_len".
    package static func paddedLength(_ length: Int) -> Int {
        guard length > 32 else { return 32 }
        let nextPower = 1 << (Int.bitWidth - (length - 1).leadingZeroBitCount)
        let chunk = nextPower <= 256 ? 32 : nextPower / 8
        return chunk * ((length - 1) / chunk + 1)
    }
}
