import Marmot
import Nostr
import Vocabulary

extension AgentSession {
    /// How long one round of sending again lasts.
    private static let resendRound: Duration = .seconds(30)

    /// Sends a chat message; returns it with the relay that confirmed first. What was said before it is read from then on: only an answer
    /// to it is one.
    ///
    /// - Parameter isRetry: the same words were tried before and not confirmed: the same event goes out again, never a second message.
    /// - Throws: `Failure`; one about relays is safe to repeat.
    package func say(
        _ text: String, kind: EventKind = .chatMessage, tags: [Tag] = [], isRetry: Bool = false
    ) async throws -> (message: ChatMessage, relay: String, event: EventID) {
        if !isRetry {
            // The same words said once more are another message; what never went out was told as such.
            tried = nil
            unconfirmed.removeAll { !$0.isOut }
        }
        let groupID = try state.requireGroup("say")
        try conversation.requireOpen()
        // Nothing was sent before the event is out.
        try await safelyRepeatable { try await catchUp(for: "say") }
        // What happened meanwhile may have removed us, or moved the group to other relays.
        try conversation.requireOpen()
        let meeting = try meetingRelays(of: try await group(for: "say"), for: "say")
        let event: Event
        if let tried, let message = unconfirmed.first(where: { $0.event.id == tried }) {
            event = message.event
        } else if let tried, let confirmed, confirmed.event == tried {
            return (confirmed.message, confirmed.relay, confirmed.event)
        } else {
            let (sealed, rumor) = try await environment.client.encrypt(
                text, kind: kind, tags: tags, in: groupID)
            try environment.keeper?.sealed(rumor, as: sealed, in: groupID)
            event = sealed
            tried = event.id
            // An answer can arrive before the relay's OK does.
            unconfirmed.append(
                UnconfirmedMessage(text: text, event: event, rumor: rumor, cursor: conversation.cursor))
        }
        do {
            let relay = try await environment.pool.publish(
                event, to: meeting, within: environment.limits.publish)
            settle(event.id, relay: relay.text, isEcho: false)
        } catch let error as PublishError {
            // A relay may have delivered it without an OK.
            guard let confirmed, confirmed.event == event.id else { throw failure(error, of: event.id) }
        } catch {
            markOut(event.id)
            throw error
        }
        guard let confirmed, confirmed.event == event.id else { throw CancellationError() }
        return (confirmed.message, confirmed.relay, confirmed.event)
    }

    private func failure(_ error: PublishError, of event: EventID) -> Failure {
        var failure = Failure(error)
        failure.isSafeToRepeat = true
        // Where all have refused it or nobody was reached, nothing was sent; some refusals are final.
        // A service goes on trying by itself until every relay refuses.
        let isKept = environment.keeper != nil && !error.isRefused
        guard error.mayHaveArrived || isKept else {
            failure.isSafeToRepeat = !error.isRefusedForGood
            // Nobody has it, and nobody tries again by himself.
            environment.keeper?.refused(event)
            return failure
        }
        markOut(event)
        failure.message =
            "\(error.mayHaveArrived ? "sent, but unconfirmed" : "not sent yet"): \(failure.message)"
        failure.hints.insert(
            "the same message is sent again until a relay confirms it, or delivers it", at: 0)
        return failure
    }

    private func markOut(_ event: EventID) {
        guard let index = unconfirmed.firstIndex(where: { $0.event.id == event }) else { return }
        unconfirmed[index].isOut = true
        keepSending()
    }

    /// The event came back from a relay, which therefore has it.
    func confirmed(_ id: EventID, by relay: RelayURL?) {
        if !unechoed.isEmpty, unechoed.removeValue(forKey: id) != nil { tick() }
        if !unconfirmed.isEmpty { settle(id, relay: relay?.text ?? "a relay that delivered it") }
    }

    private func settle(_ id: EventID, relay: String, isEcho: Bool = true) {
        guard let index = unconfirmed.firstIndex(where: { $0.event.id == id }) else { return }
        let message = unconfirmed.remove(at: index)
        if !isEcho { expectEcho(of: id, Unechoed(text: message.text, relay: relay)) }
        let said = conversation.append(message.rumor, isOurs: true, now: environment.now())
        conversation.read(upTo: message.cursor)
        confirmed = (id, said, relay)
        environment.keeper?.confirmed(id)
        tick()
        emit(.sent(text: message.text, relay: relay))
    }

    /// Sends what is unconfirmed again until a relay knows it, or all refuse it.
    private func keepSending() {
        guard resending == nil, !isClosed else { return }
        resending = Task {
            while !Task.isCancelled, let message = unconfirmed.first(where: \.isOut) {
                do {
                    let group = try await group(for: "say")
                    let relay = try await environment.pool.publish(
                        message.event, to: try meetingRelays(of: group, for: "say"), within: Self.resendRound)
                    settle(message.event.id, relay: relay.text, isEcho: false)
                } catch let error as PublishError where error.isRefused {
                    unconfirmed.removeAll { $0.event.id == message.event.id }
                    environment.keeper?.refused(message.event.id)
                    emit(
                        .warning(
                            "the message \(named(message.text, message.event.id)) did not get through: \(error)"
                        ))
                } catch is PublishError {
                    continue
                } catch { break }
            }
            resending = nil
        }
    }

    /// A message in a warning. Where somebody keeps messages, the log is a service's, and what people say is not for it.
    func named(_ text: String, _ event: EventID) -> String {
        environment.keeper == nil ? "\"\(text.cut(to: 60))\"" : event.short
    }

    /// For what may be done once more when it failed: nothing that others could have seen has happened, or the same event goes out again.
    private func safelyRepeatable<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch {
            var failure = Failure(error)
            failure.isSafeToRepeat = true
            throw failure
        }
    }
}
