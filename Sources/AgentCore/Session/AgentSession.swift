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
    private var isClosed = false
    /// Interrupted creations whose outcome is not known yet.
    var followUps: [Task<Failure?, Never>] = []
    /// The message that no relay has confirmed: trying again sends the same event.
    var unconfirmed: (text: String, event: Event, rumor: Rumor)?
    private var listeners: [Int: AsyncStream<Void>.Continuation] = [:]
    private var nextListener = 0
    private let queue = DeliveryQueue()
    private var receiving: Task<Void, Never>?
    private var errand: Task<Void, Never>?
    private var waitingErrands: [Conversation.Effect] = []
    /// Waits for the day on which our keys in the group are due.
    private var keyUpdate: Task<Void, Never>?

    package init(name: String, environment: SessionEnvironment) {
        self.name = name
        self.environment = environment
        conversation = Conversation(transcriptLimit: environment.limits.transcript)
    }

    package var timings: ProviderTimings { provider?.timings ?? SessionLimits.attachedTimings }
    package var providerName: String? { provider?.name }
    package var retentionHints: [String] {
        guard let agent = state.agent, let provider else { return [] }
        return provider.retentionHints(for: agent)
    }

    /// The commands that remove the agent without us.
    package var manualRemoval: [String] {
        guard let agent = state.agent, let provider else { return [] }
        return agent.resources.map(provider.manualRemoval)
    }

    /// What should happen to the agent at the end. Somebody wanted it gone when a teardown has failed, whatever the provider's policy is.
    package var exitPolicy: ExitPolicy {
        if hasFailedTeardown { return .destroy }
        return keepsRunning ? .leaveRunning : provider?.exitPolicy ?? .leaveRunning
    }

    /// Leaves the agent running at the end, whatever the provider's policy is.
    package func keepAtEnd() {
        keepsRunning = true
        hasFailedTeardown = false
    }

    /// Reports an event of this session.
    package func report(_ event: LogEvent) { emit(event) }

    func emit(_ event: LogEvent) {
        var event = event
        event.session = name
        environment.log.emit(event)
    }

    // MARK: Conversation

    package var transcript: [ChatMessage] { conversation.transcript }
    /// Why the conversation cannot go on, once it cannot.
    package var conversationEnd: String? { conversation.end }
    /// Number that the next message will get.
    package var cursor: Int { conversation.cursor }
    /// Where the next `expect reply` begins.
    package var readUpTo: Int { conversation.readUpTo }
    package func read(upTo number: Int) { conversation.read(upTo: number) }
    package func replies(from cursor: Int) -> [ChatMessage] { conversation.replies(from: cursor) }

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

    func tick() { for listener in listeners.values { listener.yield() } }

    /// Starts listening to a group; returns once the subscription is on its way.
    ///
    /// - Parameter isNew: it was created just now, so nothing can have happened in it that we do not know.
    func listen(to group: MarmotGroup, isNew: Bool = false) async {
        await stopListening()
        if receiving == nil { receiving = Task { await self.receiveDeliveries() } }
        await perform(conversation.begin(group.nostrGroupIDHex, isNew: isNew))
        keyUpdate = Task { [weak self] in await self?.updateKeysWhenDue(in: group.id) }
    }

    func stopListening() async {
        keyUpdate?.cancel()
        keyUpdate = nil
        guard let group = conversation.listeningTo else { return }
        conversation.stop()
        await environment.feed.stopListening(to: group)
    }

    private func receiveDeliveries() async {
        while let item = await queue.next() {
            switch item {
            case .delivery(let delivery, let group):
                // What an earlier group still had on its way is not part of this conversation.
                if group == conversation.listeningTo { await received(delivery) }
            case .overflow: await perform(conversation.overflowed())
            }
            tick()
        }
    }

    private func received(_ delivery: RelayPool.Delivery) async {
        switch delivery {
        case .endOfStoredEvents(let relay): conversation.reachedEndOfStoredEvents(of: relay)
        case .closed(let relay, let reason): await perform(conversation.subscriptionClosed(by: relay, reason))
        case .event(let event, _):
            do {
                let received = try await environment.client.receive(event)
                await take(received)
            } catch {
                emit(.failure(Failure(.require, "a message could not be stored: \(error)")))
            }
        }
    }

    /// Adds what came in to the conversation.
    func take(_ received: [MarmotClient.Received]) async {
        let view = await groupView()
        await perform(conversation.received(received.map(\.result), group: view, now: environment.now()))
        tick()
    }

    private func groupView() async -> Conversation.GroupView? {
        guard let id = state.groupID, let group = await environment.client.group(id) else { return nil }
        return Conversation.GroupView(
            nostrGroupID: group.nostrGroupIDHex,
            hasLeaveProposals: group.isActive && group.pendingCommit == nil
                && !group.leaveProposals(by: environment.client.publicKey).isEmpty)
    }

    // MARK: Effects

    func perform(_ effects: [Conversation.Effect]) async {
        for effect in effects {
            switch effect {
            case .report(let event): emit(event)
            case .listen(let nostrGroupID): await environment.feed.listen(to: nostrGroupID, queue)
            case .listenAgain:
                if let group = conversation.listeningTo { await environment.feed.listen(to: group, queue) }
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

    /// Ends listening; the agent itself is `teardown`'s business. The delivery being processed is finished, those behind it will be
    /// delivered again in the next run; errands are cut short, for what they would have sent stays owed.
    package func close() async {
        isClosed = true
        await stopListening()
        queue.finish()
        errand?.cancel()
        await receiving?.value
        await errand?.value
        for listener in listeners.values { listener.finish() }
    }
}
