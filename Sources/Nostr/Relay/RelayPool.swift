import Cryptography

/// Many relays as one: an event counts as sent when one relay took it, and no relay delays another.
package actor RelayPool {
    /// What a subscription over all relays brings.
    package enum Delivery: Equatable, Sendable {
        /// Each event once, whichever relay was first.
        case event(Event, from: RelayURL)
        case endOfStoredEvents(RelayURL)
        case closed(RelayURL, String)
    }

    /// A running subscription: iterate `deliveries`, then `cancel`.
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
    /// Publishes that go on after the first OK, so that slower relays get the event too.
    private var trailing: [Int: Task<Void, Never>] = [:]

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

    /// Gives publishes under way `grace` to finish, then closes all.
    package func stop(grace: Duration = .milliseconds(500)) async {
        let pending = Array(trailing.values)
        if !pending.isEmpty {
            // Waiting for a task does not end by cancellation, waiting for a stream does.
            let (drained, end) = AsyncStream<Void>.makeStream()
            let watcher = Task {
                for task in pending { await task.value }
                end.finish()
            }
            // Running out of grace is expected with a dead relay.
            _ = try? await withDeadline(grace, clock: clock) { for await _ in drained {} }
            for task in pending { task.cancel() }
            await watcher.value
        }
        for task in trailing.values { task.cancel() }
        for task in forwarding.values { task.cancel() }
        await withTaskGroup(of: Void.self) { group in
            for connection in connections { group.addTask { await connection.stop() } }
        }
    }

    /// Breaks every connection; they come back by themselves.
    package func disconnect() async { for connection in connections { await connection.disconnect() } }

    /// Sends an event everywhere; returns the first relay that took it.
    ///
    /// - Parameter places: goes to those of the pool's relays only, where somebody looks for it.
    /// - Throws: `PublishError` with every relay's reason when none did.
    @discardableResult
    package func publish(_ event: Event, at places: [RelayURL]? = nil, within limit: Duration) async throws
        -> RelayURL
    {
        let (stream, continuation) = AsyncStream<Result<RelayURL, RelayError>>.makeStream()
        let number = nextNumber
        nextNumber += 1
        let (connections, report) = (
            connections.filter { places?.contains($0.url) ?? true }, report
        )
        trailing[number] = Task {
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

    private func finishedPublishing(_ number: Int) { trailing[number] = nil }

    /// Subscribes on every relay. Stored events come oldest first, live ones as they arrive.
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
                                case .asked: break
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

    /// Stored events: those that came until every relay said EOSE or `limit` ran out; newest first.
    ///
    /// Returns early once `enough` says so, so that a dead relay does not cost the whole limit.
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
            // What came so far is the answer.
        }
        await cancel(subscription)
        try Task.checkCancellation()
        return await collected.events.sorted { ($0.createdAt, $1.id) > ($1.createdAt, $0.id) }
    }

    /// For every relay that is not connected: why.
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

/// Event ids that passed, newest `limit` of them.
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
