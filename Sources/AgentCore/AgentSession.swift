import Cryptography
import Marmot
import Nostr

/// One agent and our conversation with it: the pipeline whose steps are in `Steps/`.
///
/// Steps are separate commands; `SessionState` says which may run. One step at a time is the caller's business, replies come
/// in at any time.
package actor AgentSession {
    package nonisolated let name: String
    package nonisolated let environment: SessionEnvironment
    package internal(set) var state = SessionState()
    var provider: (any Provider)?
    var recorder: ResourceRecorder?
    package internal(set) var keepsRunning = false
    package private(set) var transcript: [ChatMessage] = []
    /// Why the conversation cannot go on, once it cannot (removed from the group, subscription refused).
    package private(set) var conversationEnd: String?
    private var nextNumber = 0
    private var listeners: [Int: AsyncStream<Void>.Continuation] = [:]
    private var nextListener = 0
    private var listeningTo = ""
    /// Relays that have brought all they had of the group.
    private var caughtUp = Set<RelayURL>()
    private var isUpToDate = false
    /// So that not every command waits for a relay that has not come since.
    private var catchUpFailure: Failure?
    var isSendingAgain = false
    private var announced: (epoch: UInt64, who: XOnlyKey)?
    /// Waits for the day on which our keys in the group are due.
    private var keyUpdate: Task<Void, Never>?

    package init(name: String, environment: SessionEnvironment) {
        self.name = name
        self.environment = environment
    }

    package var timings: ProviderTimings { provider?.timings ?? SessionLimits.attachedTimings }
    package var providerName: String? { provider?.name }
    package var retentionHints: [String] {
        guard let agent = state.agent, let provider else { return [] }
        return provider.retentionHints(for: agent)
    }

    /// The commands that remove the agent by hand.
    package var manualRemoval: [String] {
        guard let agent = state.agent, let provider else { return [] }
        return agent.resources.map(provider.manualRemoval)
    }
    /// A teardown was tried, and failed.
    package internal(set) var hasFailedTeardown = false

    /// What should happen to the agent at the end.
    package var exitPolicy: ExitPolicy {
        keepsRunning ? .leaveRunning : provider?.exitPolicy ?? .leaveRunning
    }

    func emit(_ event: SessionEvent) { environment.log.emit(event) }

    /// Leaves the agent running at the end, whatever the provider does by itself.
    package func keepAtEnd() { keepsRunning = true }

    // MARK: Conversation

    /// Ticks whenever the transcript or the session's state may have changed.
    package func activity() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let number = nextListener
        nextListener += 1
        listeners[number] = continuation
        continuation.onTermination = { _ in Task { await self.forget(listener: number) } }
        continuation.yield()
        return stream
    }

    private func forget(listener: Int) { listeners[listener] = nil }

    private func tick() { for listener in listeners.values { listener.yield() } }

    /// Number that the next message will get.
    package var cursor: Int { nextNumber }

    @discardableResult
    func append(_ rumor: Rumor, isOurs: Bool) -> ChatMessage {
        let message = ChatMessage(
            id: rumor.id, number: nextNumber, text: rumor.content, kind: rumor.kind,
            sender: KeyText.npub(rumor.author), isOurs: isOurs, time: environment.now() * 1000)
        nextNumber += 1
        transcript.append(message)
        if transcript.count > 2 * environment.limits.transcript {
            transcript.removeFirst(transcript.count - environment.limits.transcript)
        }
        tick()
        return message
    }

    /// Starts listening to a group; returns once the subscription is on its way.
    ///
    /// - Parameter isNew: just made: nothing can have happened in it that we do not know.
    func listen(to group: MarmotGroup, isNew: Bool = false) async {
        await stopListening()
        conversationEnd = nil
        caughtUp = []
        catchUpFailure = nil
        isUpToDate = isNew
        listeningTo = group.nostrGroupIDHex
        await environment.feed.listen(to: group.nostrGroupIDHex) { [weak self] delivery in
            await self?.received(delivery)
        }
        keyUpdate = Task { [weak self] in await self?.updateKeysWhenDue(in: group.id) }
    }

    func stopListening() async {
        keyUpdate?.cancel()
        keyUpdate = nil
        announced = nil
        guard !listeningTo.isEmpty else { return }
        let group = listeningTo
        listeningTo = ""
        await environment.feed.stopListening(to: group)
    }

    private func received(_ delivery: RelayPool.Delivery) async {
        switch delivery {
        case .endOfStoredEvents(let relay):
            caughtUp.insert(relay)
            catchUpFailure = nil
            tick()
        case .closed(let relay, let why):
            emit(.warning("\(relay) ended our subscription: \(why.isEmpty ? "no reason given" : why)"))
        case .event(let event, _):
            do {
                for received in try await environment.client.receive(event) { show(received) }
                await followRotation()
                // Before the backlog is read these would be of an epoch that may be over; and they would wait for its end, which
                // stands behind this very event.
                guard isUpToDate else { return }
                try await sendAgain()
                await letMembersLeave()
            } catch {
                emit(
                    .failure(
                        code: FailureCode.require.rawValue, message: "a message could not be stored: \(error)"
                    ))
            }
        }
    }

    /// Returns when the relays of a group of an earlier run have brought what they have: a change, or a message, made before that would
    /// be one of an epoch that may be over.
    ///
    /// - Throws: `unreachable` when none of them has.
    func catchUp(_ group: MarmotGroup, for step: String) async throws {
        let places = Set(try meetingPlaces(of: group, for: step))
        guard !isUpToDate else { return }
        if let catchUpFailure { throw catchUpFailure }
        let limits = environment.limits
        do {
            try await withDeadline(limits.catchUp, clock: environment.clock) {
                for await _ in await self.activity() where await !self.caughtUp.isDisjoint(with: places) {
                    return
                }
            }
            // A wait that is interrupted ends like one that is over.
            try Task.checkCancellation()
        } catch is DeadlineExceeded {
            let failure = Failure(
                .unreachable, "no relay has told what happened in the group meanwhile",
                hints: await environment.pool.troubles().map { "\($0)" }
                    + ["without that, what we send may be of an epoch that is over"])
            catchUpFailure = failure
            throw failure
        }
        // The others get a moment; one that is down must not hold up every command.
        do {
            try await withDeadline(limits.catchUpOthers, clock: environment.clock) {
                for await _ in await self.activity() where await places.isSubset(of: self.caughtUp) { return }
            }
        } catch is DeadlineExceeded {
            for trouble in await environment.pool.troubles() { emit(.warning("\(trouble)")) }
        }
        try Task.checkCancellation()
        isUpToDate = true
    }

    /// Those of our relays at which the group meets; elsewhere nobody would hear.
    func meetingPlaces(of group: MarmotGroup, for step: String) throws -> [RelayURL] {
        let places = environment.pool.relays.filter(group.relays.contains)
        guard places.isEmpty else { return places }
        throw Failure(
            .usage,
            "\(step): the group meets at \(group.data.relays.joined(separator: ", ")), and not at \(environment.pool.relays.map(\.text).joined(separator: ", "))",
            hints: ["start again with \(group.data.relays.map { "--relay \($0)" }.joined(separator: " "))"])
    }

    /// A commit may give the group a new Nostr id: then we have to ask for that one.
    private func followRotation() async {
        guard let id = state.groupID, let group = await environment.client.group(id),
            group.nostrGroupIDHex != listeningTo
        else { return }
        await listen(to: group, isNew: isUpToDate)
    }

    /// Once for each epoch: our own commit comes into force by a relay's OK or by its echo, whichever is first.
    func announce(_ epoch: UInt64, by who: XOnlyKey) {
        tick()
        guard announced?.epoch != epoch || announced?.who != who else { return }
        announced = (epoch, who)
        emit(.epochChanged(epoch: Int(clamping: epoch), by: KeyText.npub(who)))
    }

    func show(_ received: MarmotClient.Received) {
        switch received.result {
        case .success(.message(let rumor, let sender)):
            // Typing notices and the like are no replies (contracts/marmot.md section 7).
            guard rumor.kind == .chatMessage else { return }
            append(rumor, isOurs: false)
            emit(.reply(text: rumor.content, sender: KeyText.npub(sender), session: name))
        case .success(.epochChanged(let epoch, let who)): announce(epoch, by: who)
        case .success(.rolledBack(let epoch, let who, let withheld)):
            emit(.epochChanged(epoch: Int(clamping: epoch), by: KeyText.npub(who)))
            emit(
                .warning(
                    "two members changed the group at once; the earlier change counts, ours or another was undone (see group state)"
                ))
            if withheld > 0 {
                emit(
                    .warning(
                        "\(withheld) messages of ours are not sent again: the undone change had removed somebody who would read them"
                    ))
            }
            tick()
        case .success(.removed(let who)):
            conversationEnd = "\(KeyText.npub(who)) removed us from the group"
            emit(.removedFromGroup(by: KeyText.npub(who)))
            tick()
        case .success(.proposal), .success(.duplicate), .success(.waiting): break
        case .failure(let error): emit(.messageRejected(reason: "\(error)"))
        }
    }

    /// Ends listening; the agent itself is `teardown`'s business.
    package func close() async {
        await stopListening()
        for listener in listeners.values { listener.finish() }
    }
}
