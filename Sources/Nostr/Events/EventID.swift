import Cryptography

/// SHA-256 of an event's canonical form (NIP-01), 32 bytes.
package struct EventID: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
    package static let lengthBytes = 32

    package let bytes: [UInt8]

    /// Nil unless there are exactly 32 bytes.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.lengthBytes else { return nil }
        self.bytes = bytes
    }

    /// Nil unless `hex` is 64 hexadecimal digits.
    package init?(hex: String) {
        guard let bytes = Hex.decode(hex) else { return nil }
        self.init(bytes)
    }

    init(hashing canonicalForm: [UInt8]) { bytes = SHA256.hash(canonicalForm) }

    package var hex: String { Hex.encode(bytes) }
    package var description: String { hex }
    /// Abbreviated, for display and logs.
    package var short: String { String(hex.prefix(8)) }

    /// The same order as that of the hexadecimal texts, used to break ties between events.
    package static func < (a: EventID, b: EventID) -> Bool { a.bytes.lexicographicallyPrecedes(b.bytes) }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let id = EventID(hex: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "an id must be 64 hexadecimal digits")
        }
        self = id
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(hex)
    }
}
