import Cryptography

/// Bytes that a vector file writes as hexadecimal text.
package struct HexBytes: Decodable, Sendable, Hashable {
    package let bytes: [UInt8]

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let bytes = Hex.decode(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "not hexadecimal: \(text)")
        }
        self.bytes = bytes
    }

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    package var secret: SecretBytes { SecretBytes(bytes) }
}
