import Vocabulary
import Cryptography
import Foundation

/// The connection to one relay: it connects, reconnects, renews subscriptions and matches replies to
/// published events. `RelayState` makes the decisions; this actor owns the socket and the tasks.
package actor RelayConnection {
    package nonisolated let url: RelayURL
    let environment: RelayEnvironment
    let report: @Sendable (RelayReport) -> Void
    var state: RelayState
    /// The connection on which the relay knows the account; made when it is needed.
    var account: RelayConnection?
    /// Subscriptions that are there.
    private var moved = Set<String>()
    var publishingAsAccount: [EventID: Task<Void, Never>] = [:]
    private var socket: WebSocket?
    private var running: Task<Void, Never>?
    var isStopped = false
    /// Unanswered events that went out.
    private var sent = Set<EventID>()
    var answers: [EventID: [Int: AsyncStream<(Bool, String)>.Continuation]] = [:]
    private var deliveries: [String: BoundedQueue<RelayItem>] = [:]
    private(set) var lastFailure = "still connecting"
    private(set) var hasFailed = false
    private var nextTicket = 0
    private static let noticeLimit = 20
    private var notices = Set<String>()
    private var lastNotice: String?
    /// A shorter connection does not count as one that works, whatever the relay said on it.
    private static let settlingTime: Duration = .seconds(10)
    private(set) var isSettled = false
    lazy var identity = environment.identity
    private var reportedFailure: String?
    private var resubscriptions: [String: Task<Void, Never>] = [:]
    /// How often in a row the relay has ended a subscription.
    private var endings: [String: Int] = [:]
    private static let longestPause: Duration = .seconds(30)
    private var delayedDeliveries: [Int: Task<Void, Never>] = [:]

    package init(
        _ url: RelayURL, environment: RelayEnvironment, report: @escaping @Sendable (RelayReport) -> Void
    ) {
        self.url = url
        self.environment = environment
        self.report = report
        state = RelayState(anonymousKinds: environment.account?.anonymousKinds)
    }

    /// Starts connecting, and keeps (re)connecting until `stop()`. Subscribing and publishing start it as well.
    package func start() {
        guard running == nil, !isStopped else { return }
        running = Task { await self.run() }
    }

    /// Closes the connection and ends all pending waits.
    package func stop() async {
        isStopped = true
        for task in publishingAsAccount.values { task.cancel() }
        await account?.stop()
        running?.cancel()
        await socket?.close()
        await running?.value
        running = nil
        for streams in answers.values { for stream in streams.values { stream.finish() } }
        for queue in deliveries.values { queue.finish() }
        answers = [:]
        deliveries = [:]
        for task in resubscriptions.values { task.cancel() }
        resubscriptions = [:]
        for task in delayedDeliveries.values { task.cancel() }
        delayedDeliveries = [:]
    }

    /// Breaks the connection; it is reestablished automatically.
    package func disconnect() async {
        await socket?.close()
        await account?.disconnect()
    }

    /// Sends an event and waits for the relay's OK, and before that for the connection if there is none.
    ///
    /// - Throws: `RelayError`.
    package func publish(_ event: Event, within limit: Duration) async throws {
        guard try await shouldSend(event, within: limit) else { return }
        start()
        let ticket = nextTicket
        nextTicket += 1
        let (stream, continuation) = AsyncStream<(Bool, String)>.makeStream(
            bufferingPolicy: .bufferingNewest(1))
        answers[event.id, default: [:]][ticket] = continuation
        lastNotice = nil
        defer {
            answers[event.id]?[ticket] = nil
            if answers[event.id]?.isEmpty ?? true {
                answers[event.id] = nil
                sent.remove(event.id)
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
            // Once it is out, the relay may have it, whatever became of the connection.
            guard sent.contains(event.id) else { throw RelayError(url, .unreachable(lastFailure)) }
            // Old relays refuse by NOTICE, which does not say what it is about.
            throw RelayError(url, .noReply(within: limit, notice: lastNotice))
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
            throw RelayError(url, .noReply(within: limit, notice: nil))
        case .delay(let time): try await environment.clock.sleep(for: time)
        case .twice: await perform([.send(.event(event))])
        case .disconnect: await disconnect()
        }
        return true
    }

    /// Delivers the events that match these filters until `unsubscribe`, across reconnections. While `queue` is full, nothing is read from
    /// the relay.
    package func subscribe(_ name: String, _ filters: [Filter], into queue: BoundedQueue<RelayItem>) async {
        deliveries[name] = queue
        start()
        await perform(state.subscribe(name, filters))
    }

    package func unsubscribe(_ name: String) async {
        deliveries[name] = nil
        endings[name] = nil
        if moved.remove(name) != nil { await account?.unsubscribe(name) }
        await perform(state.unsubscribe(name))
    }

    // MARK: Connection lifecycle

    private func run() async {
        var failures = 0
        while !Task.isCancelled {
            do {
                let socket = try await open()
                self.socket = socket
                report(.connected(url))
                await perform(state.connected())
                try await converse(on: socket)
            } catch {
                guard !Task.isCancelled else { break }
                await ended("\(error)")
            }
            // A relay that answers and closes, again and again, must not be called several times a second.
            failures = isSettled && state.isUseful ? 1 : failures + 1
            isSettled = false
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
        (lastFailure, hasFailed) = (why, true)
        state.disconnected()
        await socket?.close()
        socket = nil
        // Report a recurring failure only once.
        if reportedFailure != why { report(.disconnected(url, why)) }
        reportedFailure = isSettled ? nil : why
    }

    private func open() async throws -> WebSocket {
        let (url, environment) = (url, environment)
        do {
            return try await withDeadline(environment.connectTimeout, clock: environment.clock) {
                let tcp = try await SocketStream.connect(
                    host: url.host, port: url.port, clock: environment.clock)
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
        let settling = Task {
            do { try await environment.clock.sleep(for: Self.settlingTime) } catch { return }
            isSettled = true
        }
        defer { settling.cancel() }
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
        do {
            let message = try EventJSON.decode(RelayMessage.self, from: Array(text.utf8))
            environment.tap?(url, .received(message, text: text))
            await perform(state.received(message))
        } catch {
            environment.tap?(url, .unreadable(text: text))
            report(.remark(url, "sent a message that does not conform to NIP-01: \(error)"))
        }
    }

    /// Renews a subscription after a CLOSED whose reason may be transient (rate limits, restarts), after longer and longer pauses.
    private func resubscribeLater(_ subscription: String) {
        resubscriptions[subscription]?.cancel()
        let count = endings[subscription, default: 0]
        endings[subscription] = count + 1
        let pause = min(.seconds(1 << min(count, 10)), Self.longestPause)
        resubscriptions[subscription] = Task {
            do {
                try await environment.clock.sleep(for: pause)
            } catch {
                return
            }
            await perform(state.resubscribe(subscription))
        }
    }

    private func deliver(_ delivery: RelayDelivery, to subscription: String) async {
        if case .endOfStoredEvents = delivery { endings[subscription] = nil }
        if case .event(let event) = delivery, let interference = environment.interference {
            switch await interference.receiving(event) {
            case .pass: break
            case .refuse, .lose, .hold: return
            case .delay(let time): return deliver(delivery, to: subscription, after: time)
            case .twice: await put(delivery, subscription)
            case .disconnect: await disconnect()
            }
        }
        await put(delivery, subscription)
    }

    private func put(_ delivery: RelayDelivery, _ subscription: String) async {
        guard let queue = deliveries[subscription] else { return }
        let item = RelayItem(relay: url, subscription: subscription, delivery: delivery)
        // Only events can be many. Whoever subscribes must not wait for what he will read himself.
        guard case .event(let event) = delivery else { return queue.post(item) }
        await queue.put(item, cost: event.sizeBytes)
    }

    private func deliver(_ delivery: RelayDelivery, to subscription: String, after time: Duration) {
        let ticket = nextTicket
        nextTicket += 1
        delayedDeliveries[ticket] = Task {
            // Cancelled only by `stop()`, which ends the streams as well.
            try? await environment.clock.sleep(for: time)
            await put(delivery, subscription)
            delayedDeliveries[ticket] = nil
        }
    }

    /// Each text once, and not without end: a relay may say what it likes as often as it likes.
    private func notice(_ text: String) {
        lastNotice = text
        guard notices.count < Self.noticeLimit, notices.insert(text).inserted else { return }
        report(.notice(url, "the relay says: \(text.cut(to: 300))"))
        if notices.count == Self.noticeLimit {
            report(.notice(url, "what the relay says is not shown any more"))
        }
    }

    func perform(_ effects: [RelayState.Effect]) async {
        for effect in effects {
            switch effect {
            case .send(let message):
                if case .event(let event) = message { sent.insert(event.id) }
                // A failed send also ends the connection, and everything unanswered is resent after the
                // reconnection.
                let text = message.text
                if socket != nil { environment.tap?(url, .sent(message, text: text)) }
                try? await socket?.send(text: text)
            case .answer(let id, let accepted, let message):
                for continuation in (answers[id] ?? [:]).values { continuation.yield((accepted, message)) }
            case .deliver(let subscription, let delivery): await deliver(delivery, to: subscription)
            case .authenticate(let challenge): await authenticate(challenge)
            case .askAsAccount(let subscription, let filters):
                guard let queue = deliveries[subscription] else { continue }
                moved.insert(subscription)
                await asAccount().subscribe(subscription, filters, into: queue)
            case .publishAsAccount(let event): publishAsAccount(event)
            case .resubscribeLater(let subscription): resubscribeLater(subscription)
            case .report(let text): report(.remark(url, text))
            case .notice(let text): notice(text)
            }
        }
    }
}
