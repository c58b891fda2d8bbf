import AgentCore
import Nostr

/// What the relay does about each message.
extension EmbeddedRelay {
    func receive(_ requests: [VerifiedRequest], from number: Int) async {
        for request in requests {
            guard let client = clients[number] else { return }
            if client.socket.outbox.isFull { await client.socket.outbox.waitForRoom() }
            switch request {
            case .event(let stored): await take(stored, from: number)
            case .authentication(let event): authenticate(event, number)
            case .request(let name, let filters): subscribe(name, filters, number)
            case .count(let name, let filters): count(name, filters, number)
            case .close(let name): end(name, number)
            case .badEvent(let id, let why): confirm(id, false, why, to: number)
            case .badRequest(let name, let why): refuse(name, why, number)
            case .bad(let why): send(RelayReply.notice(why), to: number)
            }
        }
    }

    private func mayPass(_ number: Int) -> Bool {
        !behaviour.requiresAuthentication || !(clients[number]?.authentication.keys.isEmpty ?? true)
    }

    private func authenticate(_ event: Event, _ number: Int) {
        let why = clients[number]?.authentication.accept(event, at: url, now: now())
        if why == nil { signedIn.insert(event.author) }
        confirm(event.id.hex, why == nil, why ?? "", to: number)
    }

    // MARK: Events

    private func confirm(_ id: String, _ accepted: Bool, _ message: String, to number: Int) {
        if behaviour.dropsOK { return }
        send(RelayReply.ok(id: id, accepted, message), to: number)
    }

    private func take(_ stored: StoredEvent, from number: Int) async {
        let event = stored.event
        if traffic.events.count < Traffic.remembered { traffic.events.append(event.id) }
        func answer(_ accepted: Bool, _ message: String) {
            confirm(event.id.hex, accepted, message, to: number)
        }
        if let why = objection(to: event, from: number) { return answer(false, why) }
        var copies = 1
        var delay: FaultAction?
        for stage in event.kind == .giftWrap ? [FaultStage.group, .relay] : [.relay] {
            switch await faults?.next(stage) {
            case nil: break
            case .status(let status, _):
                return answer(false, "error: fault at \(stage.rawValue) (\(status))")
            case .latency(let base, let jitter): delay = .latency(base, jitter: jitter)
            case .hang: return
            // Accept the event and lose it, like a bad relay.
            case .drop: return answer(true, "")
            case .dup: copies = 2
            case .reset:
                await clients[number]?.socket.close(.goingAway, "fault")
                return
            }
        }
        switch store.insert(stored, at: now()) {
        case .stored, .ephemeral:
            answer(true, "")
            if let delay, let faults {
                // Broadcast late, so that other events overtake this one.
                delayed.append(
                    Task {
                        await faults.delay(delay)
                        self.broadcast(stored)
                    })
            } else {
                for _ in 0..<copies { broadcast(stored) }
            }
        case .duplicate: answer(true, "duplicate: already have this event")
        case .outdated: answer(true, "duplicate: have a newer version")
        case .deleted: answer(false, "blocked: its author has asked for its deletion")
        case .expired: answer(false, "invalid: it has expired")
        }
    }

    /// Why the relay does not take an event from a client, whatever it has stored.
    private func objection(to event: Event, from number: Int) -> String? {
        guard mayPass(number) else { return "auth-required: sign in to publish" }
        guard event.createdAt <= now() + limits.secondsAhead else {
            return "invalid: created_at is too far in the future"
        }
        guard event.kind != RelayAuthentication.kind else {
            return "invalid: events of kind \(event.kind) are for AUTH"
        }
        if event.tags.contains(where: { $0.fields == ["-"] }),
            !(clients[number]?.authentication.keys.contains(event.author) ?? false)
        {
            // NIP-70; whoever is the author can show it now.
            challengeClient(number)
            return "auth-required: this event may only be published by its author"
        }
        return behaviour.rejection ?? refusal?(event)
    }

    private func broadcast(_ stored: StoredEvent) {
        if behaviour.silence == .messages { return }
        for subscription in subscriptions.matching(stored.event) {
            traffic.eventsSent += 1
            subscription.outbox.add(live: stored, head: subscription.head)
        }
    }

    // MARK: Subscriptions

    private func refuse(_ name: String, _ why: String, _ number: Int) {
        end(name, number)
        send(RelayReply.closed(subscription: name, why), to: number)
    }

    private func end(_ name: String, _ number: Int) {
        guard let subscription = clients[number]?.subscriptions.removeValue(forKey: name) else { return }
        subscriptions.remove(subscription)
    }

    private func subscribe(_ name: String, _ filters: [Filter], _ number: Int) {
        if traffic.requests.count < Traffic.remembered { traffic.requests.append(filters) }
        if let why = objection(to: name, filters, from: number) { return refuse(name, why, number) }
        end(name, number)
        guard let client = clients[number], client.subscriptions.count < limits.subscriptions else {
            return refuse(name, "rate-limited: at most \(limits.subscriptions) subscriptions", number)
        }
        let subscription = Subscription(
            name, filters.map(SubscriptionFilter.init), to: client.socket.outbox)
        clients[number]?.subscriptions[name] = subscription
        subscriptions.insert(subscription)
        if behaviour.silence == .messages { return }
        let found = store.query(subscription.filters, at: now())
        let answer = behaviour.answerLimit.map { Array(found.prefix($0)) } ?? found
        traffic.eventsSent += answer.count
        subscription.outbox.add(answer, head: subscription.head)
        if behaviour.dropsEndOfStoredEvents { return }
        send(RelayReply.endOfStoredEvents(subscription: name), to: number)
    }

    /// NIP-45.
    private func count(_ name: String, _ filters: [Filter], _ number: Int) {
        if let why = objection(to: name, filters, from: number) {
            return send(RelayReply.closed(subscription: name, why), to: number)
        }
        let count = store.count(filters.map(SubscriptionFilter.init), at: now())
        send(RelayReply.count(subscription: name, count), to: number)
    }

    /// Why the relay does not answer a question.
    private func objection(to name: String, _ filters: [Filter], from number: Int) -> String? {
        guard mayPass(number) else { return "auth-required: sign in to read" }
        if let refusal = behaviour.refusal { return refusal }
        guard !name.isEmpty, name.count <= limits.subscriptionNameCharacters else {
            return "invalid: subscription id is empty or too long"
        }
        guard !filters.isEmpty, filters.count <= limits.filters else {
            return "invalid: a subscription needs 1 to \(limits.filters) filters"
        }
        return nil
    }
}
