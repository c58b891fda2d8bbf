import Foundation
import Vocabulary

/// A message from a client to a relay (NIP-01).
package enum ClientMessage: Equatable, Sendable {
    case event(Event)
    case request(subscription: String, filters: [Filter])
    case close(subscription: String)
    /// The answer to a challenge (NIP-42), an event of kind 22242.
    case authenticate(Event)

    package var text: String {
        switch self {
        case .event(let event): return "[\"EVENT\"," + String(decoding: event.json, as: UTF8.self) + "]"
        case .request(let subscription, let filters):
            let filters = filters.map { String(decoding: RelayJSON.encode($0), as: UTF8.self) }
            return "[\"REQ\",\(RelayJSON.quoted(subscription))" + filters.map { "," + $0 }.joined() + "]"
        case .close(let subscription): return "[\"CLOSE\",\(RelayJSON.quoted(subscription))]"
        case .authenticate(let event): return "[\"AUTH\"," + String(decoding: event.json, as: UTF8.self) + "]"
        }
    }
}

/// A client's message as received by a relay: the event's id and signature have not been verified.
package enum IncomingClientMessage: Decodable, Sendable {
    case event(UnverifiedEvent)
    case request(subscription: String, filters: [Filter])
    case close(subscription: String)

    package init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        switch try container.decode(String.self) {
        case "EVENT": self = .event(try container.decode(UnverifiedEvent.self))
        case "REQ":
            let subscription = try container.decode(String.self)
            var filters: [Filter] = []
            while !container.isAtEnd { filters.append(try container.decode(Filter.self)) }
            self = .request(subscription: subscription, filters: filters)
        case "CLOSE": self = .close(subscription: try container.decode(String.self))
        case let other:
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "\"\(other.cut(to: 40))\" is not a NIP-01 message type")
        }
    }
}

/// A message from a relay to a client (NIP-01, NIP-42).
package enum RelayMessage: Decodable, Sendable {
    case event(subscription: String, UnverifiedEvent)
    case ok(id: String, accepted: Bool, message: String)
    case endOfStoredEvents(subscription: String)
    case closed(subscription: String, message: String)
    case notice(String)
    case authenticate(challenge: String)
    /// An unknown message type.
    case other(String)

    package init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        switch try container.decode(String.self) {
        case "EVENT":
            self = .event(
                subscription: try container.decode(String.self), try container.decode(UnverifiedEvent.self))
        case "OK":
            self = .ok(
                id: try container.decode(String.self), accepted: try container.decode(Bool.self),
                message: container.isAtEnd ? "" : try container.decode(String.self))
        case "EOSE": self = .endOfStoredEvents(subscription: try container.decode(String.self))
        case "CLOSED":
            self = .closed(
                subscription: try container.decode(String.self),
                message: container.isAtEnd ? "" : try container.decode(String.self))
        case "NOTICE": self = .notice(try container.decode(String.self))
        case "AUTH": self = .authenticate(challenge: try container.decode(String.self))
        case let other: self = .other(other)
        }
    }
}

/// The text of the messages that a relay sends.
package enum RelayMessageText {
    package static func event(subscription: String, _ event: Event) -> String {
        "[\"EVENT\",\(RelayJSON.quoted(subscription)),\(String(decoding: event.json, as: UTF8.self))]"
    }

    package static func ok(id: String, accepted: Bool, message: String) -> String {
        "[\"OK\",\(RelayJSON.quoted(id)),\(accepted),\(RelayJSON.quoted(message))]"
    }

    package static func endOfStoredEvents(subscription: String) -> String {
        "[\"EOSE\",\(RelayJSON.quoted(subscription))]"
    }

    package static func closed(subscription: String, message: String) -> String {
        "[\"CLOSED\",\(RelayJSON.quoted(subscription)),\(RelayJSON.quoted(message))]"
    }

    package static func notice(_ message: String) -> String { "[\"NOTICE\",\(RelayJSON.quoted(message))]" }
}

enum RelayJSON {
    static func encode(_ filter: Filter) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Filters consist of strings and numbers only, so encoding them cannot fail.
        guard let data = try? encoder.encode(filter) else { return Array("{}".utf8) }
        return [UInt8](data)
    }

    static func quoted(_ text: String) -> String {
        var bytes: [UInt8] = []
        CanonicalJSON.appendString(text, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
