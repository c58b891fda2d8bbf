import Cryptography
import Marmot
import Nostr
import Vocabulary

/// One agent and our conversation with it: the pipeline whose steps are in `Steps/`.
///
/// `SessionState` says which step may run, `Conversation` what follows from what comes in; this actor carries both out. Steps are the
/// caller's to run one at a time. Deliveries are processed by a task of the session's own, which nothing cancels; publishing that
/// follows from them is an errand beside it, so that replies never wait for it.
package actor AgentSession {
    package nonisolated let name: String
    package nonisolated let environment: SessionEnvironment
    package internal(set) var state = SessionState()
    var conversation: Conversation
    var provider: (any Provider)?
    var recorder: ResourceRecorder?
    package internal(set) var keepsRunning = false
    /// The last teardown was tried and failed.
    package internal(set) var hasFailedTeardown = false
    var isResending = false
    /// Something became owed while `isResending`.
    var owesMore = false
    private(set) var isClosed = false
    /// Interrupted creations whose outcome is not known yet.
    var followUps: [Task<Failure?, Never>] = []
    /// Messages that no relay has confirmed, oldest first: it is the same events that are sent again.
    var unconfirmed: [UnconfirmedMessage] = []
    /// The message that the `say` under way has made: trying again is about this one.
    var tried: EventID?
    /// The message that was confirmed last.
    var confirmed: (event: EventID, message: ChatMessage, relay: String)?
    /// Sends it again.
    var resending: Task<Void, Never>?
    /// Messages that a relay has confirmed and none has delivered yet.
    var unechoed: [EventID: Unechoed] = [:]
    /// Looks for those that do not come.
    var echoWatch: Task<Void, Never>?
    /// Somebody wants to go on although relays keep a part of the history back.
    var acceptsGaps = false
    var sentWelcome: SentWelcome?
    /// The search for a key package that is under way.
    var search: KeyPackageSearch?
    private var listeners: [Int: AsyncStream<Void>.Continuation] = [:]
    private var nextListener = 0
    private let queue: DeliveryQueue
    /// MLS id of the group that we listen to, which stays when its Nostr id changes.
    private(set) var listenedGroup: [UInt8]?
    /// How far the relays were read, as far as it was dealt with.
    var marks = SyncMarks()
    /// Something that was delivered could not be stored.
    private var hasLostEvents = false
    /// From here on the relays are being asked once more for what had no room. Seconds since 1970.
    private var rereadingSince: Int64?
    /// Messages that are being shown: their rumors, by MLS group.
    var beingShown: [[UInt8]: [EventID]] = [:]
    /// Waits until they are out.
    var showing: Task<Void, Never>?
    /// Who waits for that.
    var waitingForShown: [AsyncStream<Void>.Continuation] = []
    /// How often something was added to the conversation.
    private var additions = 0
    private var receiving: Task<Void, Never>?
    private var errand: Task<Void, Never>?
    private(set) var waitingErrands: [Conversation.Effect] = []
    /// Waits for the day on which our keys in the group are due.
    private var keyUpdate: Task<Void, Never>?
    var isChanging = false
    var waitingChanges: [AsyncStream<Void>.Continuation] = []

    package init(name: String, environment: SessionEnvironment) {
        self.name = name
        self.environment = environment
        conversation = Conversation(transcriptLimit: environment.limits.transcript)
        queue = DeliveryQueue(owner: name)
    }

    package var timings: ProviderTimings { provider?.timings ?? SessionLimits.attachedTimings }
    package var providerName: String? { provider?.name }

    /// Reports an event of this session.
    package func report(_ event: LogEvent) { emit(event) }

    func emit(_ event: LogEvent) {
        var event = event
        event.session = name
        environment.log.emit(event)
    }

    // MARK: Conversation

    /// Ticks whenever the transcript or the session's state may have changed; ends with the session.
    package func activity() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let number = nextListener
        nextListener += 1
        listeners[number] = continuation
        continuation.onTermination = { _ in Task { await self.forget(listener: number) } }
        continuation.yield()
        if isClosed { continuation.finish() }
        return stream
    }

    private func forget(listener: Int) { listeners[listener] = nil }

    func tick() { for listener in listeners.values { listener.yield() } }

    /// Starts listening to a group; returns once the subscription is on its way.
    ///
    /// - Parameters:
    ///   - isNew: it was created just now, so nothing can have happened in it that we do not know.
    ///   - agent: who of the members the agent is, where that is known.
    func listen(to group: MarmotGroup, isNew: Bool = false, agent: XOnlyKey? = nil) async {
        await stopListening()
        guard !isClosed else { return }
        if receiving == nil { receiving = Task { await self.receiveDeliveries() } }
        listenedGroup = group.id
        (hasLostEvents, rereadingSince) = (false, nil)
        let effects = conversation.begin(
            group.nostrGroupIDHex, isNew: isNew, agent: (agent ?? self.agent(of: group)).map(KeyText.npub))
        await showUnshown(in: group.id)
        await perform(effects)
        guard !isClosed else { return }
        keyUpdate = Task { [weak self] in await self?.updateKeysWhenDue(in: group.id) }
    }

    func stopListening() async {
        keyUpdate?.cancel()
        keyUpdate = nil
        guard let group = conversation.listeningTo else { return }
        conversation.stop()
        await saveShown()
        await saveMarks(of: group)
        await environment.feed.stopListening(to: group, queue)
        // What it still had on its way is not part of the next conversation, even if that is with the same group: it comes again.
        queue.clear()
    }

    /// A later run need not ask for what is known by now.
    private func saveMarks(of nostrGroupID: String) async {
        // What could not be stored must be delivered once more.
        guard let id = listenedGroup, !marks.byRelay.isEmpty, !hasLostEvents else { return }
        do {
            try await environment.client.saveWaiting(in: id)
            let missing = [await environment.client.group(id)?.inbox.missingSince, rereadingSince]
                .compactMap { $0 }.min()
            try environment.marks.save(marks, of: nostrGroupID, missingSince: missing)
        } catch {
            emit(
                .warning(
                    "how far the relays were read could not be stored, and is read once more next time: \(error)"
                ))
        }
    }

    private func receiveDeliveries() async {
        while let item = await queue.next() {
            // What an earlier group still had on its way is not part of this conversation.
            if item.nostrGroupID == conversation.listeningTo { await received(item.delivery) }
            tick()
        }
    }

    private func received(_ delivery: TopicDelivery) async {
        let (number, group) = (conversation.number, conversation.listeningTo)
        switch delivery {
        case .progress(let relay): conversation.showedLife(relay)
        case .known(let id, let relay): confirmed(id, by: relay)
        case .closed(let relay, let reason, let isFinal):
            await perform(conversation.subscriptionClosed(by: relay, reason, isFinal: isFinal))
        case .events(let events, let relay): await receive(events, from: relay)
        case .read(let relay, _, let gaps):
            let view = await groupView()
            guard conversation.number == number else { return }
            if gaps.isEmpty { rereadingSince = nil }
            await perform(conversation.wasRead(relay, gaps: gaps, group: view))
        }
        // After a change of the Nostr id the marks are those of another subscription.
        if conversation.number == number, conversation.listeningTo == group {
            marks.processed(delivery, now: environment.now())
        }
    }

    /// Oldest first. Of one second all are sorted by what is inside, once more after each change: dates are no finer.
    private func receive(_ events: [Event], from relay: RelayURL?) async {
        let number = conversation.number
        var rest = events[...]
        while let first = rest.first {
            var second = Array(rest.prefix { $0.createdAt == first.createdAt })
            rest = rest.dropFirst(second.count)
            var isSorted = second.count == 1
            var next = 0
            while next < second.count {
                if !isSorted, let id = listenedGroup {
                    second = await environment.client.inOrder(Array(second[next...]), in: id)
                    next = 0
                }
                isSorted = true
                let event = second[next]
                next += 1
                confirmed(event.id, by: relay)
                conversation.showedLife()
                do {
                    let group = listenedGroup
                    let received = try await environment.client.receive(event)
                    isSorted = !received.contains { $0.result.isChange }
                    await trace(received, of: event)
                    await take(received, of: group, in: number)
                } catch {
                    hasLostEvents = true
                    emit(.failure(Failure(.require, "a message could not be stored: \(error)")))
                }
                // The conversation is another one by now; what is left comes again when it is taken up.
                guard conversation.number == number else { return }
            }
        }
    }

    /// Adds what came in to the conversation.
    ///
    /// - Parameters:
    ///   - group: MLS id of the group that it came in from.
    ///   - number: of the conversation when it came in.
    func take(_ received: [MarmotClient.Received], of group: [UInt8]?, in number: Int) async {
        let view = await groupView()
        additions += 1
        await perform(
            conversation.received(received.map(\.result), in: number, group: view, now: environment.now()))
        if let group {
            acknowledge(await passOn(received.compactMap(\.rumor), of: group), of: group)
            if received.contains(where: { $0.result.isChangeOrEnd }) {
                await environment.keeper?.changed(group)
            }
        }
        tick()
    }

    /// The group as it is now. What another task added meanwhile may have changed it: an older view would lead back to an older Nostr id.
    private func groupView() async -> Conversation.GroupView? {
        var view: Conversation.GroupView?
        var before: Int
        repeat {
            before = additions
            view = nil
            guard let id = listenedGroup, let group = await environment.client.group(id) else { continue }
            view = Conversation.GroupView(
                nostrGroupID: group.nostrGroupIDHex,
                hasLeaveProposals: group.isActive && group.pendingCommit == nil
                    && !group.leaveProposals(by: environment.client.publicKey).isEmpty,
                meeting: Set(meeting(of: group)),
                isElsewhere: Set(group.relays).isDisjoint(with: environment.pool.relays),
                relays: group.data.relays,
                missingSince: group.inbox.missingSince)
        } while before != additions
        return view
    }

    // MARK: Effects

    func perform(_ effects: [Conversation.Effect]) async {
        for effect in effects {
            switch effect {
            case .report(let event): emit(event)
            case .listen(let nostrGroupID):
                marks = environment.marks.marks(of: nostrGroupID)
                if let id = listenedGroup, let missing = environment.marks.missingSince(in: nostrGroupID) {
                    await environment.client.restoreMissing(since: missing, in: id)
                }
                await environment.feed.listen(
                    to: nostrGroupID, queue, marks: marks, isNew: conversation.isNew)
                // Given up meanwhile.
                if conversation.listeningTo != nostrGroupID {
                    await environment.feed.stopListening(to: nostrGroupID, queue)
                }
            case .stopListening(let nostrGroupID):
                await environment.feed.stopListening(to: nostrGroupID, queue)
            case .listenAgain:
                guard let id = listenedGroup, let group = conversation.listeningTo,
                    let since = await environment.client.takeMissing(in: id)
                else { continue }
                rereadingSince = min(rereadingSince ?? since, since)
                await environment.feed.listen(to: group, queue, since: since)
            case .searchLate:
                guard let group = conversation.listeningTo else { continue }
                let margin = RelayPool.searchMarginSeconds
                let searched = marks.byRelay.values.map(\.searchedAt).min() ?? 0
                await environment.feed.listen(to: group, queue, since: max(searched - margin, 0))
            case .resendOwed, .commitLeaves: enqueue(effect)
            }
        }
    }

    /// Errands run one after the other; one that waits already is not needed twice.
    private func enqueue(_ effect: Conversation.Effect) {
        guard !isClosed else { return }
        if !waitingErrands.contains(effect) { waitingErrands.append(effect) }
        if errand == nil { errand = Task { await self.runErrands() } }
    }

    private func runErrands() async {
        while !waitingErrands.isEmpty, !Task.isCancelled {
            switch waitingErrands.removeFirst() {
            case .commitLeaves: await commitLeaves()
            default: await resendOwed()
            }
        }
        errand = nil
    }

    // MARK: End

    /// Ends listening; the agent itself is `teardown`'s business. The delivery being processed is finished, those behind it will be
    /// delivered again in the next run; errands are cut short, for what they would have sent stays owed.
    package func close() async {
        await lookForEchoes()
        isClosed = true
        let update = keyUpdate
        await stopListening()
        queue.finish()
        errand?.cancel()
        resending?.cancel()
        await receiving?.value
        // The delivery that was being processed may have brought more.
        await saveShown()
        await errand?.value
        await update?.value
        await resending?.value
        for message in unconfirmed where message.isOut {
            emit(
                .warning(
                    "no relay has confirmed the message \(named(message.text, message.event.id)): it may have arrived or not"
                ))
        }
        for listener in listeners.values { listener.finish() }
    }
}
