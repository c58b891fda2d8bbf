import Cryptography
import Synchronization
import Vocabulary

/// Several relays treated as one: an event counts as published once one relay has accepted it, and no relay
/// delays another.
package actor RelayPool {
    /// What a subscription to all relays delivers.
    package enum Delivery: Equatable, Sendable {
        /// Each event is delivered once, from whichever relay sent it first.
        case event(Event, from: RelayURL)
        case endOfStoredEvents(RelayURL)
        case closed(RelayURL, String)
    }

    /// An active subscription: iterate over `deliveries`, then call `cancel`.
    package struct Subscription: Sendable {
        package let name: String
        package let deliveries: BoundedQueue<Delivery>
    }

    /// Topics that are followed: iterate over `deliveries`, then call `cancel`.
    package struct Following: Sendable {
        let name: String
        package let deliveries = BoundedQueue<(topic: String, delivery: TopicDelivery)>(
            limit: RelayPool.bufferBytes)
    }

    /// Bytes of events that wait in one buffer; then the relays are not read any further.
    static let bufferBytes = 4 << 20
    /// A relay that sends stored events, and then nothing for so long, does not say where they end.
    package static let silence: Duration = .milliseconds(500)
    /// Events may have been published so much later than they are dated.
    package static let searchMarginSeconds: Int64 = 86_400
    /// What the other relays have once one has answered.
    package static let grace: Duration = .milliseconds(200)

    private let list: Mutex<[RelayURL]>
    /// In the order in which they were named.
    package nonisolated var relays: [RelayURL] { list.withLock { $0 } }
    private var connections: [RelayConnection]
    private let environment: RelayEnvironment
    private let clock: any Clock<Duration>
    private let report: @Sendable (RelayReport) -> Void
    private var nextNumber = 1
    /// Those that serve subscriptions.
    private var tasks: [String: Task<Void, Never>] = [:]
    /// Publishing continues after the first OK, so that slower relays get the event, too.
    private var publishing: [Int: Publishing] = [:]

    private struct Publishing {
        var task: Task<Void, Never>?
        /// Relays that have not answered yet.
        var waiting: Set<RelayURL>
    }

    package init(
        _ relays: [RelayURL], environment: RelayEnvironment, report: @escaping @Sendable (RelayReport) -> Void
    ) {
        var seen = Set<RelayURL>()
        let relays = relays.filter { seen.insert($0).inserted }
        list = Mutex(relays)
        connections = relays.map { RelayConnection($0, environment: environment, report: report) }
        self.environment = environment
        clock = environment.clock
        self.report = report
    }

    /// Connects to one more relay. What is subscribed to already does not reach it: follow anew.
    ///
    /// - Returns: false for one that is there already.
    package func add(_ relay: RelayURL) async -> Bool {
        let isNew = list.withLock { list in
            guard !list.contains(relay) else { return false }
            list.append(relay)
            return true
        }
        guard isNew else { return false }
        let connection = RelayConnection(relay, environment: environment, report: report)
        connections.append(connection)
        await connection.start()
        return true
    }

    package func start() async { for connection in connections { await connection.start() } }

    /// Gives events that are still being published `grace` to finish, then closes all connections.
    package func stop(grace: Duration = RelayPool.grace) async {
        let pending = await worthWaitingFor()
        if !pending.isEmpty {
            // Cancellation does not interrupt waiting for a task, but it does interrupt waiting for a stream.
            let (drained, end) = AsyncStream<Void>.makeStream()
            let watcher = Task {
                for task in pending { await task.value }
                end.finish()
            }
            // With a dead relay, exceeding the grace period is expected.
            _ = try? await withDeadline(grace, clock: clock) { for await _ in drained {} }
            for task in pending { task.cancel() }
            await watcher.value
        }
        for publishing in publishing.values { publishing.task?.cancel() }
        for task in tasks.values { task.cancel() }
        await withTaskGroup(of: Void.self) { group in
            for connection in connections { group.addTask { await connection.stop() } }
        }
    }

    /// Events that a relay which answers has not confirmed yet. What is down, or has been silent, gets no further time.
    private func worthWaitingFor() async -> [Task<Void, Never>] {
        var answering = Set<RelayURL>()
        for connection in connections where await connection.isAnswering { answering.insert(connection.url) }
        return publishing.values.filter { !$0.waiting.isDisjoint(with: answering) }.compactMap(\.task)
    }

    /// Breaks every connection; they are reestablished automatically.
    package func disconnect() async { for connection in connections { await connection.disconnect() } }

    /// Sends an event to the relays and returns as soon as one of them has accepted it.
    ///
    /// - Parameter targets: send only to these of the pool's relays; nil sends to all of them.
    /// - Returns: the first relay that accepted the event.
    /// - Throws: `PublishError` with each relay's reason when none of them accepted it.
    @discardableResult
    package func publish(_ event: Event, to targets: [RelayURL]? = nil, within limit: Duration) async throws
        -> RelayURL
    {
        let (stream, continuation) = AsyncStream<Result<RelayURL, RelayError>>.makeStream()
        let number = nextNumber
        nextNumber += 1
        let (connections, report) = (
            connections.filter { targets?.contains($0.url) ?? true }, report
        )
        publishing[number] = Publishing(waiting: Set(connections.map(\.url)))
        publishing[number]?.task = Task {
            await withTaskGroup(of: Void.self) { group in
                for connection in connections {
                    group.addTask {
                        do {
                            try await connection.publish(event, within: limit)
                            continuation.yield(.success(connection.url))
                        } catch let error as RelayError {
                            report(.notice(connection.url, error.reasonText))
                            continuation.yield(.failure(error))
                        } catch {
                            continuation.yield(.failure(RelayError(connection.url, .unreachable("\(error)"))))
                        }
                        await self.answered(number, connection.url)
                    }
                }
            }
            continuation.finish()
            self.finishedPublishing(number)
        }
        var failures: [RelayError] = []
        for await result in stream {
            switch result {
            case .success(let url): return url
            case .failure(let failure): failures.append(failure)
            }
        }
        try Task.checkCancellation()
        throw PublishError(kind: event.kind, failures: failures)
    }

    private func answered(_ number: Int, _ relay: RelayURL) { publishing[number]?.waiting.remove(relay) }

    private func finishedPublishing(_ number: Int) { publishing[number] = nil }

    /// Subscribes on every relay. Each relay's stored events are delivered oldest first, live events as they arrive. For events of which none
    /// may be missed, `follow` them.
    package func subscribe(_ filters: [Filter]) async -> Subscription {
        let name = nextName()
        let deliveries = BoundedQueue<Delivery>(limit: Self.bufferBytes)
        let inbox = BoundedQueue<RelayItem>(limit: Self.bufferBytes)
        for connection in connections { await connection.subscribe(name, filters, into: inbox) }
        let (clock, report) = (clock, report)
        tasks[name] = Task {
            var seen = SeenEvents()
            var stored: [RelayURL: StoredEvents] = [:]
            while let waited = await inbox.next(
                within: stored.values.contains(where: \.isExpecting) ? Self.silence : nil, clock: clock)
            {
                var items: [(RelayURL, RelayDelivery)] = []
                switch waited {
                case .element(let item):
                    items = (stored[item.relay, default: StoredEvents()].inOrder(item.delivery))
                        .map { (item.relay, $0) }
                case .silence:
                    for url in stored.keys {
                        items += (stored[url]?.fellSilent() ?? []).map { (url, $0) }
                    }
                }
                for (url, item) in items {
                    switch item {
                    case .requested, .unasked: break
                    case .event(let event):
                        guard seen.isNew(event.id) else { continue }
                        await deliveries.put(.event(event, from: url), cost: event.sizeBytes)
                    case .endOfStoredEvents: deliveries.post(.endOfStoredEvents(url))
                    case .closed(let why, _):
                        report(.notice(url, "ended a subscription: \(why.cut(to: 300))"))
                        deliveries.post(.closed(url, why))
                    }
                }
            }
            deliveries.finish()
        }
        return Subscription(name: name, deliveries: deliveries)
    }

    private func nextName() -> String {
        defer { nextNumber += 1 }
        return "pika-\(nextNumber)"
    }

    /// Follows topics on every relay: all that is stored, then what comes live; nothing is missed where a relay can tell it.
    package func follow(_ topics: [Topic], now: @escaping @Sendable () -> Int64) -> Following {
        let name = nextName()
        let following = Following(name: name)
        let (connections, clock, report) = (connections, clock, report)
        tasks[name] = Task {
            await TopicFollower(
                name: name, topics: topics, connections: connections, clock: clock, now: now, report: report
            )
            .run(into: following.deliveries)
        }
        return following
    }

    package func cancel(_ following: Following) async {
        let task = tasks.removeValue(forKey: following.name)
        task?.cancel()
        following.deliveries.finish()
        await task?.value
    }

    package func cancel(_ subscription: Subscription) async {
        tasks.removeValue(forKey: subscription.name)?.cancel()
        subscription.deliveries.finish()
        await withTaskGroup(of: Void.self) { group in
            for connection in connections {
                group.addTask { await connection.unsubscribe(subscription.name) }
            }
        }
    }

    /// Fetches stored events: those that arrive until every relay has told what it has. Once one has told something, the others get a
    /// moment only: a dead relay does not cost the whole limit. While nothing was found, relays that are connected have until `limit`.
    ///
    /// - Parameter enough: asked when a relay has told what it has; returning true ends the wait.
    /// - Returns: the events, newest first.
    package func fetch(
        _ filters: [Filter], within limit: Duration,
        enough: @escaping @Sendable ([Event]) -> Bool = { _ in false }
    ) async throws -> [Event] {
        let subscription = await subscribe(filters)
        let collected = Collected()
        do {
            try await withDeadline(limit, clock: clock) {
                try await self.collect(subscription, into: collected, enough)
            }
        } catch is DeadlineExceeded {
            // Return what has arrived so far.
        }
        await cancel(subscription)
        try Task.checkCancellation()
        return await collected.events.sorted { ($0.createdAt, $1.id) > ($1.createdAt, $0.id) }
    }

    private func collect(
        _ subscription: Subscription, into collected: Collected,
        _ enough: @escaping @Sendable ([Event]) -> Bool
    ) async throws {
        var answered = Set<RelayURL>()
        var isInGrace = false
        while let waited = await subscription.deliveries.next(
            within: isInGrace ? Self.grace : nil, clock: clock)
        {
            switch waited {
            case .element(.event(let event, _)):
                await collected.add(event)
                // Without EOSE the events come late, and all at once.
                if subscription.deliveries.isEmpty, enough(await collected.events) { return }
            case .element(.endOfStoredEvents(let url)), .element(.closed(let url, _)):
                answered.insert(url)
                if answered.count == connections.count { return }
                if enough(await collected.events) { return }
                isInGrace = true
            case .silence:
                guard await collected.events.isEmpty else { return }
                // Nothing so far: who is connected may still have it.
                var isHopeful = false
                for connection in connections where !answered.contains(connection.url) {
                    if await connection.trouble == nil { isHopeful = true }
                }
                guard isHopeful else { return }
            }
        }
    }

    /// Relays that may still answer: they are connecting, or connected and silent so far.
    package func slow() async -> Set<RelayURL> {
        var urls = Set<RelayURL>()
        for connection in connections {
            let isSilent = await connection.trouble?.reason == .silent
            if await connection.isConnecting || isSilent { urls.insert(connection.url) }
        }
        return urls
    }

    /// What is the matter with relays that failed to connect, or do not answer; who is still connecting may just be far away.
    package func failures() async -> [RelayError] {
        var errors: [RelayError] = []
        for connection in connections {
            if await !connection.isConnecting, let error = await connection.trouble { errors.append(error) }
        }
        return errors
    }

    /// What is the matter with relays that are not connected, or do not answer.
    package func troubles() async -> [RelayError] {
        var errors: [RelayError] = []
        for connection in connections {
            if let error = await connection.trouble { errors.append(error) }
        }
        return errors
    }
}

private actor Collected {
    private(set) var events: [Event] = []
    func add(_ event: Event) { events.append(event) }
}
