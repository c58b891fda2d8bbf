/// Reverses the order of a relay's stored events: relays send them newest first, but a conversation has to be
/// read oldest first.
struct StoredEvents {
    /// Maximum number of events to hold back. If a relay never ends its stored events, the rest is passed on
    /// in the order of arrival.
    static let limit = 5000

    private var held: [Event]?

    /// What can be passed on now that `delivery` has arrived.
    mutating func inOrder(_ delivery: RelayDelivery) -> [RelayDelivery] {
        switch delivery {
        case .requested:
            defer { held = [] }
            return release()
        case .event(let event):
            guard held != nil else { return [delivery] }
            held?.append(event)
            return held.map(\.count) ?? 0 > Self.limit ? release() : []
        case .unasked: return []
        case .endOfStoredEvents, .closed: return release() + [delivery]
        }
    }

    /// Nothing came for a while: the relay does not say where its stored events end.
    mutating func fellSilent() -> [RelayDelivery] { held?.isEmpty ?? true ? [] : release() }

    var isExpecting: Bool { !(held?.isEmpty ?? true) }

    private mutating func release() -> [RelayDelivery] {
        defer { held = nil }
        return (held ?? []).sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }.map(RelayDelivery.event)
    }
}
