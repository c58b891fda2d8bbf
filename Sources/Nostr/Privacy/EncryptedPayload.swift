import Cryptography

/// NIP-44 version 2 encryption: padding, ChaCha20, HMAC, base64.
package enum EncryptedPayload {
    package static let version: UInt8 = 2
    package static let nonceLengthBytes = 32
    private static let macLengthBytes = 32
    /// Plaintext lengths in bytes that the format can carry.
    package static let plaintextLengths = 1...65_535
    /// Bounds of the base64 text and of what it holds (NIP-44 "Decryption").
    private static let payloadCharacters = 132...87_472
    private static let payloadBytes = 99...65_603

    package enum Failure: Error, Equatable, CustomStringConvertible {
        case invalidPlaintextLength(Int)
        case unknownVersion
        case invalidPayloadLength(Int)
        case invalidBase64
        case wrongMAC
        case invalidPadding

        package var description: String {
            switch self {
            case .invalidPlaintextLength(let count): "\(count) bytes cannot be encrypted (1 to 65535)"
            case .unknownVersion: "the payload is of an unknown version"
            case .invalidPayloadLength(let count): "a payload of length \(count) cannot be valid"
            case .invalidBase64: "the payload is not base64"
            case .wrongMAC: "the payload was not made for this key"
            case .invalidPadding: "the payload's padding is wrong"
            }
        }
    }

    package static func encrypt(
        _ plaintext: [UInt8], with key: ConversationKey, random: some RandomSource
    ) throws -> String {
        try encrypt(plaintext, with: key, nonce: random.bytes(nonceLengthBytes))
    }

    /// With a given nonce, which must never repeat under one key.
    package static func encrypt(_ plaintext: [UInt8], with key: ConversationKey, nonce: [UInt8]) throws
        -> String
    {
        guard plaintextLengths.contains(plaintext.count) else {
            throw Failure.invalidPlaintextLength(plaintext.count)
        }
        let keys = try key.messageKeys(nonce: nonce)
        let prefix = [UInt8(plaintext.count >> 8), UInt8(plaintext.count & 0xff)]
        let zeros = [UInt8](repeating: 0, count: paddedLength(plaintext.count) - plaintext.count)
        let ciphertext = try ChaCha20.apply(
            to: prefix + plaintext + zeros, key: keys.chaChaKey, nonce: keys.chaChaNonce)
        let mac = HMACSHA256.authenticationCode(for: nonce + ciphertext, key: keys.hmacKey)
        return Base64.encode([version] + nonce + ciphertext + mac)
    }

    package static func decrypt(_ payload: String, with key: ConversationKey) throws -> [UInt8] {
        guard payload.first != "#" else { throw Failure.unknownVersion }
        guard payloadCharacters.contains(payload.utf8.count) else {
            throw Failure.invalidPayloadLength(payload.utf8.count)
        }
        guard let bytes = Base64.decode(payload) else { throw Failure.invalidBase64 }
        guard payloadBytes.contains(bytes.count) else { throw Failure.invalidPayloadLength(bytes.count) }
        guard bytes.first == version else { throw Failure.unknownVersion }
        let nonce = Array(bytes[1..<1 + nonceLengthBytes])
        let ciphertext = Array(bytes[(1 + nonceLengthBytes)..<(bytes.count - macLengthBytes)])
        let keys = try key.messageKeys(nonce: nonce)
        let mac = HMACSHA256.authenticationCode(for: nonce + ciphertext, key: keys.hmacKey)
        guard ConstantTimeEquality.areEqual(mac, Array(bytes.suffix(macLengthBytes))) else {
            throw Failure.wrongMAC
        }
        let padded = try ChaCha20.apply(to: ciphertext, key: keys.chaChaKey, nonce: keys.chaChaNonce)
        guard padded.count >= 2 else { throw Failure.invalidPadding }
        let count = Int(padded[0]) << 8 | Int(padded[1])
        guard plaintextLengths.contains(count), padded.count == 2 + paddedLength(count),
            padded.dropFirst(2 + count).allSatisfy({ $0 == 0 })
        else { throw Failure.invalidPadding }
        return Array(padded[2..<2 + count])
    }

    /// NIP-44 "calc_padded_len".
    package static func paddedLength(_ length: Int) -> Int {
        guard length > 32 else { return 32 }
        let nextPower = 1 << (Int.bitWidth - (length - 1).leadingZeroBitCount)
        let chunk = nextPower <= 256 ? 32 : nextPower / 8
        return chunk * ((length - 1) / chunk + 1)
    }
}
