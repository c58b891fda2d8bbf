import Vocabulary

/// The state of one relay connection: open subscriptions and unanswered events. It has no side effects of its
/// own: it decides, and `RelayConnection` acts.
struct RelayState {
    /// Actions to be performed in order.
    enum Effect: Equatable {
        case send(ClientMessage)
        /// The relay's reply to a published event.
        case answer(EventID, accepted: Bool, message: String)
        case deliver(subscription: String, RelayDelivery)
        /// The subscription has ended for good.
        case end(subscription: String)
        /// The relay closed the subscription for a reason that may be transient.
        case resubscribeLater(subscription: String)
        /// A remark for the log about what the relay said or did.
        case report(String)
    }

    private(set) var isConnected = false
    private var subscriptions: [String: [Filter]] = [:]
    /// In the order in which they were published.
    private var unanswered: [Event] = []

    /// After a (re)connection, renews all subscriptions and resends the events that have no reply yet.
    mutating func connected() -> [Effect] {
        isConnected = true
        return subscriptions.sorted { $0.key < $1.key }
            .flatMap { request($0.key, $0.value) }
            + unanswered.map { .send(.event($0)) }
    }

    mutating func disconnected() { isConnected = false }

    mutating func publish(_ event: Event) -> [Effect] {
        if !unanswered.contains(where: { $0.id == event.id }) { unanswered.append(event) }
        return isConnected ? [.send(.event(event))] : []
    }

    /// Call this when nobody is waiting for the reply any more.
    mutating func abandon(_ id: EventID) { unanswered.removeAll { $0.id == id } }

    mutating func subscribe(_ subscription: String, _ filters: [Filter]) -> [Effect] {
        subscriptions[subscription] = filters
        return isConnected ? request(subscription, filters) : []
    }

    private func request(_ subscription: String, _ filters: [Filter]) -> [Effect] {
        [
            .deliver(subscription: subscription, .requested),
            .send(.request(subscription: subscription, filters: filters)),
        ]
    }

    mutating func unsubscribe(_ subscription: String) -> [Effect] {
        guard subscriptions.removeValue(forKey: subscription) != nil, isConnected else { return [] }
        return [.send(.close(subscription: subscription))]
    }

    mutating func received(_ message: RelayMessage) -> [Effect] {
        switch message {
        case .event(let subscription, let unverified):
            guard let filters = subscriptions[subscription] else { return [] }
            return event(unverified, subscription, filters)
        case .ok(let id, let accepted, let message): return answer(id, accepted, message)
        case .endOfStoredEvents(let subscription):
            guard subscriptions[subscription] != nil else { return [] }
            return [.deliver(subscription: subscription, .endOfStoredEvents)]
        case .closed(let subscription, let message):
            return closed(subscription, message)
        case .notice(let text): return [.report("notice: \(text.cut(to: 300))")]
        case .authenticate:
            return [.report("requests authentication (NIP-42), which pikachat does not support")]
        case .other(let type): return [.report("sent an unknown message type \"\(type.cut(to: 40))\"")]
        }
    }

    private mutating func closed(_ subscription: String, _ message: String) -> [Effect] {
        guard subscriptions[subscription] != nil else { return [] }
        let delivery = Effect.deliver(subscription: subscription, .closed(message))
        let permanent = ["auth-required:", "restricted:", "blocked:", "invalid:", "unsupported:"]
        guard permanent.contains(where: message.hasPrefix) else {
            return [delivery, .resubscribeLater(subscription: subscription)]
        }
        subscriptions[subscription] = nil
        return [delivery, .end(subscription: subscription)]
    }

    func resubscribe(_ subscription: String) -> [Effect] {
        guard isConnected, let filters = subscriptions[subscription] else { return [] }
        return request(subscription, filters)
    }

    /// Catches a misbehaving relay: events with wrong ids or signatures, and events that nobody asked for.
    private func event(_ unverified: UnverifiedEvent, _ subscription: String, _ filters: [Filter]) -> [Effect]
    {
        do {
            let event = try unverified.verified()
            guard filters.contains(where: { $0.matches(event) }) else {
                return [.report("sent event \(event.id.short), which matches no filter of the subscription")]
            }
            return [.deliver(subscription: subscription, .event(event))]
        } catch {
            return [.report("sent event \(unverified.claimedID.short): \(error)")]
        }
    }

    private mutating func answer(_ id: String, _ accepted: Bool, _ message: String) -> [Effect] {
        // nostr_relay rejects events with an empty id, which then refers to the oldest unanswered event.
        let answered = id.isEmpty ? unanswered.first : unanswered.first { $0.id.hex == id.lowercased() }
        guard let answered else { return [] }
        unanswered.removeAll { $0.id == answered.id }
        // "duplicate:" means that the relay already has the event (NIP-01), regardless of the flag.
        let hasEvent = accepted || message.hasPrefix("duplicate:")
        return [.answer(answered.id, accepted: hasEvent, message: message)]
    }
}

/// What a subscription to one relay delivers.
package enum RelayDelivery: Equatable, Sendable {
    /// The subscription was requested or renewed: stored events follow, newest first, up to
    /// `endOfStoredEvents`.
    case requested
    case event(Event)
    case endOfStoredEvents
    /// The relay ended the subscription.
    case closed(String)
}
