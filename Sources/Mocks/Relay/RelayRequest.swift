import Foundation
import Nostr
import Vocabulary

/// A client's message, as far as it could be read (NIPs 01, 42, 45). Event ids and signatures have not been
/// verified.
package enum RelayRequest: Sendable {
    case event(UnverifiedEvent)
    case request(subscription: String, filters: [Filter])
    case count(subscription: String, filters: [Filter])
    case close(subscription: String)
    case authentication(UnverifiedEvent)
    /// What cannot be read, with whatever is needed to answer it where the client waits for an answer.
    case malformedEvent(id: String, why: String)
    case malformedRequest(subscription: String, why: String)
    case malformed(why: String)

    package init(json: [UInt8]) {
        do {
            self = try EventJSON.decode(Message.self, from: json).request
        } catch {
            self = Self.unreadable(json, "\(error)")
        }
    }

    private struct Message: Decodable {
        let request: RelayRequest

        init(from decoder: any Decoder) throws {
            var container = try decoder.unkeyedContainer()
            func filters() throws -> [Filter] {
                var filters: [Filter] = []
                while !container.isAtEnd { filters.append(try container.decode(Filter.self)) }
                return filters
            }
            switch try container.decode(String.self) {
            case "EVENT": request = .event(try container.decode(UnverifiedEvent.self))
            case "AUTH": request = .authentication(try container.decode(UnverifiedEvent.self))
            case "REQ":
                request = .request(subscription: try container.decode(String.self), filters: try filters())
            case "COUNT":
                request = .count(subscription: try container.decode(String.self), filters: try filters())
            case "CLOSE": request = .close(subscription: try container.decode(String.self))
            case let other:
                throw DecodingError.dataCorruptedError(
                    in: container, debugDescription: "\"\(other.cut(to: 40))\" is not a message type")
            }
        }
    }

    /// NIP-01 wants OK or CLOSED for a message of a known type, and has NOTICE only for the rest.
    private static func unreadable(_ json: [UInt8], _ why: String) -> RelayRequest {
        guard let parts = try? JSONSerialization.jsonObject(with: Data(json)) as? [Any], parts.count > 1
        else { return .malformed(why: why) }
        switch parts[0] as? String {
        case "EVENT", "AUTH":
            return .malformedEvent(id: (parts[1] as? [String: Any])?["id"] as? String ?? "", why: why)
        case "REQ", "COUNT":
            guard let subscription = parts[1] as? String else { return .malformed(why: why) }
            return .malformedRequest(subscription: subscription, why: why)
        default: return .malformed(why: why)
        }
    }
}
