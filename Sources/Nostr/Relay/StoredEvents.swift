/// Turns a relay's stored events around: they come newest first, and a conversation is read oldest first.
struct StoredEvents {
    /// Held at most; a relay that never ends its stored events gets them passed on in its own order.
    static let limit = 5000

    private var held: [Event]?

    /// What may be passed on now that `delivery` has come.
    mutating func inOrder(_ delivery: RelayDelivery) -> [RelayDelivery] {
        switch delivery {
        case .asked:
            defer { held = [] }
            return release()
        case .event(let event):
            guard held != nil else { return [delivery] }
            held?.append(event)
            return held.map(\.count) ?? 0 > Self.limit ? release() : []
        case .endOfStoredEvents, .closed: return release() + [delivery]
        }
    }

    private mutating func release() -> [RelayDelivery] {
        defer { held = nil }
        return (held ?? []).sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }.map(RelayDelivery.event)
    }
}
