import Vocabulary
import Cryptography
import Foundation

/// A change in the connection to a relay, for the event log.
package enum RelayReport: Equatable, Sendable {
    case connected(RelayURL)
    case disconnected(RelayURL, String)
    case remark(RelayURL, String)
}

/// The dependencies and settings of a relay connection.
package struct RelayEnvironment: Sendable {
    package var clock: any Clock<Duration>
    package var random: any RandomSource
    /// PEM file with certificate authorities to trust in addition to the system's.
    package var authorityFile: String?
    package var connectTimeout: Duration = .seconds(10)
    /// Interval between pings. A relay that sends nothing between two pings counts as dead.
    package var pingInterval: Duration = .seconds(30)
    package var retry = RetrySchedule()
    /// For fault injection; nil in normal operation.
    package var interference: (any RelayInterference)?

    package init(
        clock: any Clock<Duration> = ContinuousClock(), random: any RandomSource = SystemRandom(),
        authorityFile: String? = nil
    ) {
        self.clock = clock
        self.random = random
        self.authorityFile = authorityFile
    }
}

/// The connection to one relay: it connects, reconnects, renews subscriptions and matches replies to
/// published events. `RelayState` makes the decisions; this actor owns the socket and the tasks.
package actor RelayConnection {
    package nonisolated let url: RelayURL
    private let environment: RelayEnvironment
    private let report: @Sendable (RelayReport) -> Void
    private var state = RelayState()
    private var socket: WebSocket?
    private var running: Task<Void, Never>?
    private var answers: [EventID: [Int: AsyncStream<(Bool, String)>.Continuation]] = [:]
    private var deliveries: [String: AsyncStream<RelayDelivery>.Continuation] = [:]
    private var lastFailure = "still connecting"
    private var nextTicket = 0
    /// Whether any message has been received on the current connection.
    private var hasReceivedMessage = false
    private var reportedFailure: String?
    private var resubscriptions: [String: Task<Void, Never>] = [:]
    private var delayedDeliveries: [Int: Task<Void, Never>] = [:]

    package init(
        _ url: RelayURL, environment: RelayEnvironment, report: @escaping @Sendable (RelayReport) -> Void
    ) {
        self.url = url
        self.environment = environment
        self.report = report
    }

    /// Starts connecting, and keeps (re)connecting until `stop()`.
    package func start() {
        guard running == nil else { return }
        running = Task { await self.run() }
    }

    /// Closes the connection and ends all pending waits.
    package func stop() async {
        running?.cancel()
        await socket?.close()
        await running?.value
        running = nil
        for streams in answers.values { for stream in streams.values { stream.finish() } }
        for stream in deliveries.values { stream.finish() }
        answers = [:]
        deliveries = [:]
        for task in resubscriptions.values { task.cancel() }
        resubscriptions = [:]
        for task in delayedDeliveries.values { task.cancel() }
        delayedDeliveries = [:]
    }

    /// Breaks the connection; it is reestablished automatically.
    package func disconnect() async { await socket?.close() }

    /// Sends an event and waits for the relay's OK, and before that for the connection if there is none.
    ///
    /// - Throws: `RelayError`.
    package func publish(_ event: Event, within limit: Duration) async throws {
        guard try await shouldSend(event, within: limit) else { return }
        let ticket = nextTicket
        nextTicket += 1
        let (stream, continuation) = AsyncStream<(Bool, String)>.makeStream(
            bufferingPolicy: .bufferingNewest(1))
        answers[event.id, default: [:]][ticket] = continuation
        defer {
            answers[event.id]?[ticket] = nil
            if answers[event.id]?.isEmpty ?? true {
                answers[event.id] = nil
                state.abandon(event.id)
            }
        }
        await perform(state.publish(event))
        let reply: (Bool, String)?
        do {
            reply = try await withDeadline(limit, clock: environment.clock) {
                for await reply in stream { return reply }
                return nil
            }
        } catch is DeadlineExceeded {
            throw RelayError(url, state.isConnected ? .noReply(within: limit) : .unreachable(lastFailure))
        }
        try Task.checkCancellation()
        guard let (accepted, message) = reply else {
            throw RelayError(url, .unreachable("the connection was closed"))
        }
        guard accepted else { throw RelayError(url, .rejected(message)) }
    }

    /// Applies fault injection to an outgoing event.
    ///
    /// - Returns: false when the event must be lost silently.
    private func shouldSend(_ event: Event, within limit: Duration) async throws -> Bool {
        switch await environment.interference?.sending(event) {
        case nil, .pass: break
        case .refuse(let why): throw RelayError(url, .rejected(why))
        case .lose: return false
        case .hold:
            try await environment.clock.sleep(for: limit)
            throw RelayError(url, .noReply(within: limit))
        case .delay(let time): try await environment.clock.sleep(for: time)
        case .twice: await perform([.send(.event(event))])
        case .disconnect: await disconnect()
        }
        return true
    }

    /// Delivers the events that match these filters until `unsubscribe`, across reconnections.
    package func subscribe(_ name: String, _ filters: [Filter]) async -> AsyncStream<RelayDelivery> {
        let (stream, continuation) = AsyncStream<RelayDelivery>.makeStream(
            bufferingPolicy: .bufferingOldest(65_536))
        deliveries[name]?.finish()
        deliveries[name] = continuation
        await perform(state.subscribe(name, filters))
        return stream
    }

    package func unsubscribe(_ name: String) async {
        deliveries.removeValue(forKey: name)?.finish()
        await perform(state.unsubscribe(name))
    }

    /// Why the relay is not connected; nil when it is.
    package var trouble: String? { state.isConnected ? nil : lastFailure }

    // MARK: Connection lifecycle

    private func run() async {
        var failures = 0
        while !Task.isCancelled {
            do {
                let socket = try await open()
                self.socket = socket
                hasReceivedMessage = false
                report(.connected(url))
                await perform(state.connected())
                try await converse(on: socket)
            } catch {
                guard !Task.isCancelled else { break }
                await ended("\(error)")
            }
            // A connection that the relay closes before sending anything counts as another failure.
            failures = hasReceivedMessage ? 1 : failures + 1
            let jitter = Double((try? environment.random.below(1000)) ?? 500) / 1000
            // Only cancellation makes the sleep throw, and the loop condition checks for that.
            try? await environment.clock.sleep(
                for: environment.retry.delay(afterFailures: failures, jitter: jitter))
        }
        await socket?.close()
        socket = nil
        state.disconnected()
    }

    private func ended(_ why: String) async {
        lastFailure = why
        state.disconnected()
        await socket?.close()
        socket = nil
        // Report a recurring failure only once.
        if reportedFailure != why { report(.disconnected(url, why)) }
        reportedFailure = why
    }

    private func open() async throws -> WebSocket {
        let (url, environment) = (url, environment)
        do {
            return try await withDeadline(environment.connectTimeout, clock: environment.clock) {
                let tcp = try await SocketStream.connect(host: url.host, port: url.port)
                do {
                    let stream: any ByteStream =
                        url.isSecure
                        ? try await TLSStream(
                            over: tcp, hostName: url.host, authorityFile: environment.authorityFile) : tcp
                    return try await WebSocket.open(
                        over: stream, host: url.authority, path: url.path, random: environment.random)
                } catch {
                    await tcp.close()
                    throw error
                }
            }
        } catch let error as DeadlineExceeded {
            throw SocketError.unreachable(
                host: url.host, port: url.port, "no connection within \(error.limit.inSeconds)")
        }
    }

    private func converse(on socket: WebSocket) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                while true { await self.received(try await socket.nextText()) }
            }
            group.addTask { try await self.keepAlive(socket) }
            defer { group.cancelAll() }
            do {
                try await group.next()
            } catch {
                await socket.close()
                throw error
            }
        }
    }

    private func keepAlive(_ socket: WebSocket) async throws {
        while true {
            try await environment.clock.sleep(for: environment.pingInterval)
            guard await socket.heardSinceLastPing else {
                throw RelayError(url, .unreachable("it stopped responding"))
            }
            try await socket.ping()
        }
    }

    private func received(_ text: String) async {
        if !hasReceivedMessage {
            hasReceivedMessage = true
            reportedFailure = nil
        }
        do {
            await perform(state.received(try EventJSON.decode(RelayMessage.self, from: Array(text.utf8))))
        } catch {
            report(.remark(url, "sent a message that does not conform to NIP-01: \(error)"))
        }
    }

    /// Renews a subscription after a CLOSED whose reason may be transient (rate limits, restarts).
    private func resubscribeLater(_ subscription: String) {
        resubscriptions[subscription]?.cancel()
        resubscriptions[subscription] = Task {
            do {
                try await environment.clock.sleep(for: .seconds(5))
            } catch {
                return
            }
            await perform(state.resubscribe(subscription))
        }
    }

    private func deliver(_ delivery: RelayDelivery, to subscription: String) async {
        if case .event(let event) = delivery, let interference = environment.interference {
            switch await interference.receiving(event) {
            case .pass: break
            case .refuse, .lose, .hold: return
            case .delay(let time): return deliver(delivery, to: subscription, after: time)
            case .twice: deliveries[subscription]?.yield(delivery)
            case .disconnect: await disconnect()
            }
        }
        deliveries[subscription]?.yield(delivery)
    }

    private func deliver(_ delivery: RelayDelivery, to subscription: String, after time: Duration) {
        let ticket = nextTicket
        nextTicket += 1
        delayedDeliveries[ticket] = Task {
            // Cancelled only by `stop()`, which ends the streams as well.
            try? await environment.clock.sleep(for: time)
            deliveries[subscription]?.yield(delivery)
            delayedDeliveries[ticket] = nil
        }
    }

    private func perform(_ effects: [RelayState.Effect]) async {
        for effect in effects {
            switch effect {
            case .send(let message):
                // A failed send also ends the connection, and everything unanswered is resent after the
                // reconnection.
                try? await socket?.send(text: message.text)
            case .answer(let id, let accepted, let message):
                for continuation in (answers[id] ?? [:]).values { continuation.yield((accepted, message)) }
            case .deliver(let subscription, let delivery): await deliver(delivery, to: subscription)
            case .end(let subscription): deliveries.removeValue(forKey: subscription)?.finish()
            case .resubscribeLater(let subscription): resubscribeLater(subscription)
            case .report(let text): report(.remark(url, text))
            }
        }
    }
}
