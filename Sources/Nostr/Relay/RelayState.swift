/// What one relay connection has to remember: open subscriptions and unanswered events. Pure: it decides, `RelayConnection` does.
struct RelayState {
    /// To be carried out in order.
    enum Effect: Equatable {
        case send(ClientMessage)
        /// An answer to a published event.
        case answer(EventID, accepted: Bool, message: String)
        case deliver(subscription: String, RelayDelivery)
        /// The subscription is over for good.
        case end(subscription: String)
        /// The relay closed the subscription for a reason that may pass.
        case askLater(subscription: String)
        /// For the log: what the relay said or did.
        case report(String)
    }

    private(set) var isConnected = false
    private var subscriptions: [String: [Filter]] = [:]
    /// In order of publishing.
    private var unanswered: [Event] = []

    /// After a (re)connection: ask again for everything, and send again what has no answer yet.
    mutating func connected() -> [Effect] {
        isConnected = true
        return subscriptions.sorted { $0.key < $1.key }
            .flatMap { ask($0.key, $0.value) }
            + unanswered.map { .send(.event($0)) }
    }

    mutating func disconnected() { isConnected = false }

    mutating func publish(_ event: Event) -> [Effect] {
        if !unanswered.contains(where: { $0.id == event.id }) { unanswered.append(event) }
        return isConnected ? [.send(.event(event))] : []
    }

    /// Nobody waits for the answer any more.
    mutating func abandon(_ id: EventID) { unanswered.removeAll { $0.id == id } }

    mutating func subscribe(_ subscription: String, _ filters: [Filter]) -> [Effect] {
        subscriptions[subscription] = filters
        return isConnected ? ask(subscription, filters) : []
    }

    private func ask(_ subscription: String, _ filters: [Filter]) -> [Effect] {
        [
            .deliver(subscription: subscription, .asked),
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
        case .notice(let text): return [.report("notice: \(text.prefix(300))")]
        case .authenticate:
            return [.report("the relay asks for authentication (NIP-42), which pikachat does not do")]
        case .other(let type): return [.report("sent an unknown message type \"\(type.prefix(40))\"")]
        }
    }

    private mutating func closed(_ subscription: String, _ message: String) -> [Effect] {
        guard subscriptions[subscription] != nil else { return [] }
        let delivery = Effect.deliver(subscription: subscription, .closed(message))
        let final = ["auth-required:", "restricted:", "blocked:", "invalid:", "unsupported:"]
        guard final.contains(where: message.hasPrefix) else {
            return [delivery, .askLater(subscription: subscription)]
        }
        subscriptions[subscription] = nil
        return [delivery, .end(subscription: subscription)]
    }

    func askAgain(_ subscription: String) -> [Effect] {
        guard isConnected, let filters = subscriptions[subscription] else { return [] }
        return ask(subscription, filters)
    }

    /// A relay that lies is caught here: wrong ids and signatures, and events that nobody asked for.
    private func event(_ unverified: UnverifiedEvent, _ subscription: String, _ filters: [Filter]) -> [Effect]
    {
        do {
            let event = try unverified.verified()
            guard filters.contains(where: { $0.matches(event) }) else {
                return [.report("sent event \(event.id.short), which fits no filter of the subscription")]
            }
            return [.deliver(subscription: subscription, .event(event))]
        } catch {
            return [.report("sent event \(unverified.claimedID.short): \(error)")]
        }
    }

    private mutating func answer(_ id: String, _ accepted: Bool, _ message: String) -> [Effect] {
        // nostr_relay refuses with an empty id: that is about the oldest event without an answer.
        let answered = id.isEmpty ? unanswered.first : unanswered.first { $0.id.hex == id.lowercased() }
        guard let answered else { return [] }
        unanswered.removeAll { $0.id == answered.id }
        // "duplicate:" says that the relay has the event (NIP-01), whatever the flag.
        let has = accepted || message.hasPrefix("duplicate:")
        return [.answer(answered.id, accepted: has, message: message)]
    }
}

/// What a subscription brings from one relay.
package enum RelayDelivery: Equatable, Sendable {
    /// The question went out (again): stored events follow, newest first, up to `endOfStoredEvents`.
    case asked
    case event(Event)
    case endOfStoredEvents
    /// The relay ended the subscription.
    case closed(String)
}
