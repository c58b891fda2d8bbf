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
        /// The relay wants to know the account for this: ask on the connection that tells it.
        case askAsAccount(subscription: String, [Filter])
        case publishAsAccount(Event)
        /// Sign an answer to the relay's challenge (NIP-42), then call `authenticating`.
        case authenticate(challenge: String)
        /// The relay closed the subscription for a reason that may be transient.
        case resubscribeLater(subscription: String)
        /// A remark for the log about what the relay did.
        case report(String)
        /// What the relay said to whoever reads.
        case notice(String)
    }

    private enum Answer { case unanswered, sent, accepted, refused }

    /// Everything but these kinds has a connection of its own where the relay wants to know who we are; nil where nothing has.
    private let anonymousKinds: Set<EventKind>?
    private(set) var isConnected = false
    private var subscriptions: [String: [Filter]] = [:]
    /// In the order in which they were published.
    private var unanswered: [Event] = []
    private var challenge: (text: String, answer: Answer)?
    /// Id of the authentication event that has no OK yet.
    private var authentication: EventID?
    /// Subscriptions and events that the relay refused until we have authenticated.
    private var refused = Set<String>()
    private var refusedEvents = Set<EventID>()
    /// The relay has answered something of ours on this connection, so that it is worth calling again soon.
    private(set) var isUseful = false
    /// There is something that the relay should answer.
    var hasAsked: Bool { !subscriptions.isEmpty || !unanswered.isEmpty }

    init(anonymousKinds: Set<EventKind>? = nil) { self.anonymousKinds = anonymousKinds }

    /// After a (re)connection, renews all subscriptions and resends the events that have no reply yet.
    mutating func connected() -> [Effect] {
        (isConnected, isUseful) = (true, false)
        return subscriptions.sorted { $0.key < $1.key }
            .flatMap { request($0.key, $0.value) }
            + unanswered.map { .send(.event($0)) }
    }

    mutating func disconnected() {
        isConnected = false
        (challenge, authentication, refused, refusedEvents) = (nil, nil, [], [])
    }

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
            isUseful = true
            guard let filters = subscriptions[subscription] else { return [] }
            return event(unverified, subscription, filters)
        case .ok(let id, let accepted, let message):
            isUseful = isUseful || accepted
            return answer(id, accepted, message)
        case .endOfStoredEvents(let subscription):
            isUseful = true
            guard subscriptions[subscription] != nil else { return [] }
            return [.deliver(subscription: subscription, .endOfStoredEvents)]
        case .closed(let subscription, let message):
            return closed(subscription, message)
        case .notice(let text): return [.notice(text)]
        case .authenticate(let challenge): return challenged(challenge)
        case .other(let type): return [.report("sent an unknown message type \"\(type.cut(to: 40))\"")]
        }
    }

    private mutating func closed(_ subscription: String, _ message: String) -> [Effect] {
        guard subscriptions[subscription] != nil else { return [] }
        if message.hasPrefix("auth-required:") { return refusedForAuthentication(subscription, message) }
        let isFinal = Self.finalReasons.contains(where: message.hasPrefix)
        let delivery = Effect.deliver(subscription: subscription, .closed(message, isFinal: isFinal))
        guard isFinal else { return [delivery, .resubscribeLater(subscription: subscription)] }
        subscriptions[subscription] = nil
        return [delivery]
    }

    /// Prefixes (NIP-01) of reasons that asking again does not change.
    static let finalReasons = [
        "restricted:", "blocked:", "invalid:", "unsupported:", "mute:", "payment-required:",
    ]

    // MARK: Authentication (NIP-42)

    /// The relay wants to know who we are. Nothing is answered before it refuses something for want of that: many relays ask everybody.
    private mutating func challenged(_ challenge: String) -> [Effect] {
        guard challenge != self.challenge?.text else { return [] }
        self.challenge = (challenge, .unanswered)
        // What was refused before the challenge came.
        return refused.isEmpty ? [] : authenticate()
    }

    private mutating func authenticate() -> [Effect] {
        guard let challenge, challenge.answer == .unanswered else { return [] }
        self.challenge?.answer = .sent
        return [.authenticate(challenge: challenge.text)]
    }

    /// The event that `RelayConnection` has signed for a challenge.
    mutating func authenticating(with event: Event) -> [Effect] {
        authentication = event.id
        return [.send(.authenticate(event))]
    }

    private mutating func refusedForAuthentication(_ subscription: String, _ message: String) -> [Effect] {
        if let anonymousKinds, let filters = subscriptions[subscription],
            filters.allSatisfy({ $0.kinds.map(anonymousKinds.isDisjoint) ?? false })
        {
            subscriptions[subscription] = nil
            return [.askAsAccount(subscription: subscription, filters)]
        }
        if challenge?.answer == .refused || challenge?.answer == .accepted {
            subscriptions[subscription] = nil
            return [.deliver(subscription: subscription, .closed(message, isFinal: true))]
        }
        refused.insert(subscription)
        guard challenge == nil else { return authenticate() }
        return [.deliver(subscription: subscription, .closed(message, isFinal: false))]
    }

    private mutating func authenticated(_ isAccepted: Bool, _ message: String) -> [Effect] {
        authentication = nil
        challenge?.answer = isAccepted ? .accepted : .refused
        let (waiting, events) = (refused.sorted(), refusedEvents)
        (refused, refusedEvents) = ([], [])
        guard isAccepted else {
            var effects = [Effect.notice("did not accept our authentication: \(message)")]
            for subscription in waiting {
                subscriptions[subscription] = nil
                effects.append(.deliver(subscription: subscription, .closed(message, isFinal: true)))
            }
            for event in events {
                unanswered.removeAll { $0.id == event }
                effects.append(.answer(event, accepted: false, message: message))
            }
            return effects
        }
        return waiting.flatMap { name in subscriptions[name].map { request(name, $0) } ?? [] }
            + unanswered.filter { events.contains($0.id) }.map { .send(.event($0)) }
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
                return [
                    .report("sent event \(event.id.short), which matches no filter of the subscription"),
                    .deliver(subscription: subscription, .unasked),
                ]
            }
            return [.deliver(subscription: subscription, .event(event))]
        } catch {
            return [.report("sent event \(unverified.claimedID.short): \(error)")]
        }
    }

    private mutating func answer(_ id: String, _ accepted: Bool, _ message: String) -> [Effect] {
        if let authentication, id.lowercased() == authentication.hex {
            return authenticated(accepted, message)
        }
        // nostr_relay rejects events with an empty id, which then refers to the oldest unanswered event.
        let answered = id.isEmpty ? unanswered.first : unanswered.first { $0.id.hex == id.lowercased() }
        guard let answered else { return [] }
        if !accepted, let anonymousKinds, !anonymousKinds.contains(answered.kind),
            message.hasPrefix("auth-required:")
        {
            unanswered.removeAll { $0.id == answered.id }
            return [.publishAsAccount(answered)]
        }
        if !accepted, message.hasPrefix("auth-required:"),
            challenge.map({ $0.answer == .unanswered || $0.answer == .sent }) ?? false
        {
            refusedEvents.insert(answered.id)
            return authenticate()
        }
        unanswered.removeAll { $0.id == answered.id }
        // "duplicate:" means that the relay already has the event (NIP-01), regardless of the flag.
        let hasEvent = accepted || message.hasPrefix("duplicate:")
        return [.answer(answered.id, accepted: hasEvent, message: message)]
    }
}

/// What one subscription to one relay delivered.
package struct RelayItem: Equatable, Sendable {
    package let relay: RelayURL
    package let subscription: String
    package let delivery: RelayDelivery
}

/// What a subscription to one relay delivers.
package enum RelayDelivery: Equatable, Sendable {
    /// The subscription was requested or renewed: stored events follow, newest first, up to
    /// `endOfStoredEvents`.
    case requested
    case event(Event)
    case endOfStoredEvents
    /// The relay sent an event that matches none of the filters.
    case unasked
    /// The relay ended the subscription; unless that is final, it is asked for again some seconds later.
    case closed(String, isFinal: Bool)
}
