import Vocabulary
import Cryptography

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
        package let deliveries: AsyncStream<Delivery>
    }

    package nonisolated let relays: [RelayURL]
    private let connections: [RelayConnection]
    private let clock: any Clock<Duration>
    private let report: @Sendable (RelayReport) -> Void
    private var nextNumber = 1
    private var forwarding: [String: Task<Void, Never>] = [:]
    /// Publishing continues after the first OK, so that slower relays get the event, too.
    private var publishing: [Int: Task<Void, Never>] = [:]

    package init(
        _ relays: [RelayURL], environment: RelayEnvironment, report: @escaping @Sendable (RelayReport) -> Void
    ) {
        var seen = Set<RelayURL>()
        self.relays = relays.filter { seen.insert($0).inserted }
        connections = self.relays.map { RelayConnection($0, environment: environment, report: report) }
        clock = environment.clock
        self.report = report
    }

    package func start() async { for connection in connections { await connection.start() } }

    /// Gives events that are still being published `grace` to finish, then closes all connections.
    package func stop(grace: Duration = .milliseconds(500)) async {
        let pending = Array(publishing.values)
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
        for task in publishing.values { task.cancel() }
        for task in forwarding.values { task.cancel() }
        await withTaskGroup(of: Void.self) { group in
            for connection in connections { group.addTask { await connection.stop() } }
        }
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
        publishing[number] = Task {
            await withTaskGroup(of: Void.self) { group in
                for connection in connections {
                    group.addTask {
                        do {
                            try await connection.publish(event, within: limit)
                            continuation.yield(.success(connection.url))
                        } catch let error as RelayError {
                            report(.remark(connection.url, "event \(event.id.short): \(error)"))
                            continuation.yield(.failure(error))
                        } catch {
                            continuation.yield(.failure(RelayError(connection.url, .unreachable("\(error)"))))
                        }
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

    private func finishedPublishing(_ number: Int) { publishing[number] = nil }

    /// Subscribes on every relay. Each relay's stored events are delivered oldest first, live events as they
    /// arrive.
    package func subscribe(_ filters: [Filter]) async -> Subscription {
        let name = "pika-\(nextNumber)"
        nextNumber += 1
        let (stream, continuation) = AsyncStream<Delivery>.makeStream(
            bufferingPolicy: .bufferingOldest(65_536))
        var streams: [(RelayURL, AsyncStream<RelayDelivery>)] = []
        for connection in connections {
            streams.append((connection.url, await connection.subscribe(name, filters)))
        }
        let sources = streams
        let seen = SeenEvents()
        forwarding[name] = Task {
            await withTaskGroup(of: Void.self) { group in
                for (url, source) in sources {
                    group.addTask {
                        var stored = StoredEvents()
                        for await delivery in source {
                            for item in stored.inOrder(delivery) {
                                switch item {
                                case .requested: break
                                case .event(let event):
                                    if await seen.isNew(event.id) {
                                        continuation.yield(.event(event, from: url))
                                    }
                                case .endOfStoredEvents: continuation.yield(.endOfStoredEvents(url))
                                case .closed(let why): continuation.yield(.closed(url, why))
                                }
                            }
                        }
                    }
                }
            }
            continuation.finish()
        }
        return Subscription(name: name, deliveries: stream)
    }

    package func cancel(_ subscription: Subscription) async {
        forwarding.removeValue(forKey: subscription.name)?.cancel()
        await withTaskGroup(of: Void.self) { group in
            for connection in connections {
                group.addTask { await connection.unsubscribe(subscription.name) }
            }
        }
    }

    /// Fetches stored events: those that arrive until every relay has sent EOSE, or until `limit` has passed.
    ///
    /// - Parameter enough: asked after each EOSE; returning true ends the wait, so that a dead relay does not
    ///   cost the whole limit.
    /// - Returns: the events, newest first.
    package func fetch(
        _ filters: [Filter], within limit: Duration,
        enough: @escaping @Sendable ([Event]) -> Bool = { _ in false }
    ) async throws -> [Event] {
        let subscription = await subscribe(filters)
        let collected = Collected()
        let expected = connections.count
        do {
            try await withDeadline(limit, clock: clock) {
                var answered = Set<RelayURL>()
                for await delivery in subscription.deliveries {
                    switch delivery {
                    case .event(let event, _):
                        await collected.add(event)
                    case .endOfStoredEvents(let url), .closed(let url, _):
                        answered.insert(url)
                        if answered.count == expected { return }
                        if enough(await collected.events) { return }
                    }
                }
            }
        } catch is DeadlineExceeded {
            // Return what has arrived so far.
        }
        await cancel(subscription)
        try Task.checkCancellation()
        return await collected.events.sorted { ($0.createdAt, $1.id) > ($1.createdAt, $0.id) }
    }

    /// The reason why each unconnected relay is not connected.
    package func troubles() async -> [RelayError] {
        var errors: [RelayError] = []
        for connection in connections {
            if let why = await connection.trouble {
                errors.append(RelayError(connection.url, .unreachable(why)))
            }
        }
        return errors
    }
}

/// The ids of the newest `limit` events that have been passed on.
private actor SeenEvents {
    private static let limit = 16_384
    private var ids = Set<EventID>()
    private var order: [EventID] = []
    private var oldest = 0

    func isNew(_ id: EventID) -> Bool {
        guard ids.insert(id).inserted else { return false }
        order.append(id)
        if order.count - oldest > Self.limit {
            ids.remove(order[oldest])
            oldest += 1
            if oldest > Self.limit {
                order.removeFirst(oldest)
                oldest = 0
            }
        }
        return true
    }
}

private actor Collected {
    private(set) var events: [Event] = []
    func add(_ event: Event) { events.append(event) }
}
