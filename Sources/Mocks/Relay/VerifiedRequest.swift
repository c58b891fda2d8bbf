import Nostr

/// A client's message whose event, if it has one, is genuine and ready to be stored.
enum VerifiedRequest: Sendable {
    case event(StoredEvent)
    /// With the reason, as a relay gives it.
    case badEvent(id: String, why: String)
    case authentication(Event)
    case request(subscription: String, filters: [Filter])
    case count(subscription: String, filters: [Filter])
    case close(subscription: String)
    case badRequest(subscription: String, why: String)
    case bad(why: String)

    init(json: [UInt8]) {
        switch RelayRequest(json: json) {
        case .event(let unverified):
            self = Self.verified(unverified) { .event(StoredEvent($0)) }
        case .authentication(let unverified): self = Self.verified(unverified) { .authentication($0) }
        case .request(let name, let filters): self = .request(subscription: name, filters: filters)
        case .count(let name, let filters): self = .count(subscription: name, filters: filters)
        case .close(let name): self = .close(subscription: name)
        case .malformedEvent(let id, let why): self = .badEvent(id: id, why: "invalid: \(why)")
        case .malformedRequest(let name, let why):
            self = .badRequest(subscription: name, why: "invalid: \(why)")
        case .malformed(let why): self = .bad(why: "invalid: \(why)")
        }
    }

    private static func verified(
        _ unverified: UnverifiedEvent, _ make: (Event) -> VerifiedRequest
    ) -> VerifiedRequest {
        do {
            return make(try unverified.verified())
        } catch {
            return .badEvent(id: unverified.claimedID.hex, why: "invalid: \(error)")
        }
    }
}
