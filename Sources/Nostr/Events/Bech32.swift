import Cryptography

/// Bech32 text (BIP-173) as NIP-19 uses it for bare keys: `npub1…`, `nsec1…`.
package enum Bech32 {
    package enum Failure: Error, Equatable, CustomStringConvertible {
        case mixedCase, missingSeparator, invalidCharacter, wrongChecksum, invalidPadding

        package var description: String {
            switch self {
            case .mixedCase: "mixes upper and lower case"
            case .missingSeparator: "has no '1' between prefix and data"
            case .invalidCharacter: "contains a character that is not allowed in bech32"
            case .wrongChecksum: "has the wrong checksum (is there a typo?)"
            case .invalidPadding: "does not encode a whole number of bytes"
            }
        }
    }

    private static let alphabet = Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l".utf8)

    package static func encode(prefix: String, _ bytes: [UInt8]) -> String {
        let data = regroup(bytes, from: 8, to: 5, padding: true) ?? []
        let checksum = polymod(expand(prefix) + data + [0, 0, 0, 0, 0, 0]) ^ 1
        let tail = (0..<6).map { UInt8(truncatingIfNeeded: checksum >> UInt32(5 * (5 - $0))) & 31 }
        return prefix + "1" + String(decoding: (data + tail).map { alphabet[Int($0)] }, as: UTF8.self)
    }

    package static func decode(_ text: String) throws(Failure) -> (prefix: String, bytes: [UInt8]) {
        guard text == text.lowercased() || text == text.uppercased() else { throw .mixedCase }
        let text = text.lowercased()
        guard let separator = text.lastIndex(of: "1"), separator != text.startIndex else {
            throw .missingSeparator
        }
        let prefix = String(text[..<separator])
        var values: [UInt8] = []
        for character in text[text.index(after: separator)...].utf8 {
            guard let value = alphabet.firstIndex(of: character) else { throw .invalidCharacter }
            values.append(UInt8(value))
        }
        guard values.count >= 6, polymod(expand(prefix) + values) == 1 else { throw .wrongChecksum }
        guard let bytes = regroup(values.dropLast(6), from: 5, to: 8, padding: false) else {
            throw .invalidPadding
        }
        return (prefix, bytes)
    }

    private static func expand(_ prefix: String) -> [UInt8] {
        prefix.utf8.map { $0 >> 5 } + [0] + prefix.utf8.map { $0 & 31 }
    }

    private static func polymod(_ values: [UInt8]) -> UInt32 {
        let generator: [UInt32] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3]
        var checksum: UInt32 = 1
        for value in values {
            let top = checksum >> 25
            checksum = (checksum & 0x1ff_ffff) << 5 ^ UInt32(value)
            for (bit, mask) in generator.enumerated() where top >> UInt32(bit) & 1 == 1 { checksum ^= mask }
        }
        return checksum
    }

    private static func regroup(
        _ values: some Sequence<UInt8>, from: UInt32, to: UInt32, padding: Bool
    ) -> [UInt8]? {
        var accumulator: UInt32 = 0
        var bits: UInt32 = 0
        var result: [UInt8] = []
        for value in values {
            accumulator = (accumulator << from | UInt32(value)) & 0xfff
            bits += from
            while bits >= to {
                bits -= to
                result.append(UInt8(truncatingIfNeeded: accumulator >> bits & (1 << to - 1)))
            }
        }
        if padding {
            if bits > 0 {
                result.append(UInt8(truncatingIfNeeded: accumulator << (to - bits) & (1 << to - 1)))
            }
        } else if bits >= from || accumulator & (1 << bits - 1) != 0 {
            return nil
        }
        return result
    }
}
