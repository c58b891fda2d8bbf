/// A Nostr event kind (NIP-01). Only the kinds that this project uses have names; any other number may be
/// received.
package struct EventKind: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
    package let rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let seal = EventKind(rawValue: 13)  // NIP-59
    package static let chatMessage = EventKind(rawValue: 9)  // NIP-C7
    package static let reaction = EventKind(rawValue: 7)  // NIP-25
    package static let giftWrap = EventKind(rawValue: 1059)  // NIP-59
    package static let authentication = EventKind(rawValue: 22242)  // NIP-42

    /// How relays store events of a kind, and which of them replace each other (NIP-01).
    package enum Retention: Equatable, Sendable {
        case regular, replaceable, ephemeral, addressable
    }

    package var retention: Retention {
        switch rawValue {
        case 0, 3, 10_000..<20_000: .replaceable
        case 20_000..<30_000: .ephemeral
        case 30_000..<40_000: .addressable
        default: .regular
        }
    }

    package init(from decoder: any Decoder) throws {
        rawValue = try decoder.singleValueContainer().decode(UInt16.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }

    package var description: String { "\(rawValue)" }
}
