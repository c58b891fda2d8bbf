import Cryptography
import Foundation

/// What happens on the way to a relay, for the event log.
package enum RelayReport: Equatable, Sendable {
    case connected(RelayURL)
    case disconnected(RelayURL, String)
    case remark(RelayURL, String)
}

/// What a relay connection needs from outside.
package struct RelayEnvironment: Sendable {
    package var clock: any Clock<Duration>
    package var random: any RandomSource
    /// PEM file of certificate authorities trusted beside the system's.
    package var authorityFile: String?
    package var connectTimeout: Duration = .seconds(10)
    /// Silence after which the relay is pinged, and after which it counts as dead.
    package var pingInterval: Duration = .seconds(30)
    package var retry = RetrySchedule()
    /// Nil but where faults are wanted.
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

/// One relay: connects, reconnects, asks again, matches answers. `RelayState` decides; this actor owns socket and tasks.
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
    /// Whether the current connection has brought any message.
    private var heard = false
    private var reported: String?
    private var askingAgain: [String: Task<Void, Never>] = [:]
    private var late: [Int: Task<Void, Never>] = [:]

    package init(
        _ url: RelayURL, environment: RelayEnvironment, report: @escaping @Sendable (RelayReport) -> Void
    ) {
        self.url = url
        self.environment = environment
        self.report = report
    }

    /// Starts connecting; the task lives until `stop()`.
    package func start() {
        guard running == nil else { return }
        running = Task { await self.run() }
    }

    /// Closes the connection and ends all waits.
    package func stop() async {
        running?.cancel()
        await socket?.close()
        await running?.value
        running = nil
        for streams in answers.values { for stream in streams.values { stream.finish() } }
        for stream in deliveries.values { stream.finish() }
        answers = [:]
        deliveries = [:]
        for task in askingAgain.values { task.cancel() }
        askingAgain = [:]
        for task in late.values { task.cancel() }
        late = [:]
    }

    /// Breaks the connection; it comes back by itself.
    package func disconnect() async { await socket?.close() }

    /// Sends an event and waits for the relay's OK. Also waits for a connection that is not up yet.
    ///
    /// - Throws: `RelayError`.
    package func publish(_ event: Event, within limit: Duration) async throws {
        guard try await isPassed(event, within: limit) else { return }
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
        await carryOut(state.publish(event))
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

    /// False when an interference has done with the event what it wanted.
    private func isPassed(_ event: Event, within limit: Duration) async throws -> Bool {
        switch await environment.interference?.sending(event) {
        case nil, .pass: break
        case .refuse(let why): throw RelayError(url, .rejected(why))
        case .lose: return false
        case .hold:
            try await environment.clock.sleep(for: limit)
            throw RelayError(url, .noReply(within: limit))
        case .delay(let time): try await environment.clock.sleep(for: time)
        case .twice: await carryOut([.send(.event(event))])
        case .disconnect: await disconnect()
        }
        return true
    }

    /// Events for these filters from now on, over reconnections, until `unsubscribe`.
    package func subscribe(_ name: String, _ filters: [Filter]) async -> AsyncStream<RelayDelivery> {
        let (stream, continuation) = AsyncStream<RelayDelivery>.makeStream(
            bufferingPolicy: .bufferingOldest(65_536))
        deliveries[name]?.finish()
        deliveries[name] = continuation
        await carryOut(state.subscribe(name, filters))
        return stream
    }

    package func unsubscribe(_ name: String) async {
        deliveries.removeValue(forKey: name)?.finish()
        await carryOut(state.unsubscribe(name))
    }

    /// Why the relay is not connected; nil when it is.
    package var trouble: String? { state.isConnected ? nil : lastFailure }

    // MARK: The connection's life

    private func run() async {
        var failures = 0
        while !Task.isCancelled {
            do {
                let socket = try await open()
                self.socket = socket
                heard = false
                report(.connected(url))
                await carryOut(state.connected())
                try await converse(on: socket)
            } catch {
                guard !Task.isCancelled else { break }
                await ended("\(error)")
            }
            // A relay that accepts and closes at once has not worked.
            failures = heard ? 1 : failures + 1
            let jitter = Double((try? environment.random.below(1000)) ?? 500) / 1000
            // Only cancellation ends the pause early, and the loop's condition sees it.
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
        // The same failure again and again is told once.
        if reported != why { report(.disconnected(url, why)) }
        reported = why
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
                throw RelayError(url, .unreachable("it fell silent"))
            }
            try await socket.ping()
        }
    }

    private func received(_ text: String) async {
        if !heard {
            heard = true
            reported = nil
        }
        do {
            await carryOut(state.received(try EventJSON.decode(RelayMessage.self, from: Array(text.utf8))))
        } catch {
            report(.remark(url, "sent a message that is not NIP-01: \(error)"))
        }
    }

    /// After a CLOSED that may pass (rate limits, restarts).
    private func askLater(_ subscription: String) {
        askingAgain[subscription]?.cancel()
        askingAgain[subscription] = Task {
            do {
                try await environment.clock.sleep(for: .seconds(5))
            } catch {
                return
            }
            await carryOut(state.askAgain(subscription))
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
        late[ticket] = Task {
            // Only the end of the connection cancels it, which ends the streams as well.
            try? await environment.clock.sleep(for: time)
            deliveries[subscription]?.yield(delivery)
            late[ticket] = nil
        }
    }

    private func carryOut(_ effects: [RelayState.Effect]) async {
        for effect in effects {
            switch effect {
            case .send(let message):
                // A failed send shows as the end of the connection, which sends everything unanswered again.
                try? await socket?.send(text: message.text)
            case .answer(let id, let accepted, let message):
                for continuation in (answers[id] ?? [:]).values { continuation.yield((accepted, message)) }
            case .deliver(let subscription, let delivery): await deliver(delivery, to: subscription)
            case .end(let subscription): deliveries.removeValue(forKey: subscription)?.finish()
            case .askLater(let subscription): askLater(subscription)
            case .report(let text): report(.remark(url, text))
            }
        }
    }
}
