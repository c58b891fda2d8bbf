import AgentCore
import Cryptography
import Foundation
import Nostr
import Vocabulary

/// A Nostr relay on loopback (NIPs 01, 09, 11, 40, 42, 45, 70). It verifies, stores, replaces, filters and
/// broadcasts events, and can behave like worse relays.
package actor EmbeddedRelay {
    /// Limits for each client.
    package struct Limits: Sendable {
        package var messageBytes = 1 << 20
        package var subscriptions = 64
        package var filters = 16
        package var subscriptionNameCharacters = 64
        package var secondsAhead: Int64 = 900

        package init() {}
    }

    /// What clients have sent and got since the start.
    package struct Traffic: Equatable, Sendable {
        /// WebSockets, not TCP connections.
        package var connections = 0
        /// EVENT messages, each retry apart.
        package var events: [EventID] = []
        package var requests: [[Filter]] = []
        /// Events in answers and to subscriptions.
        package var eventsSent = 0

        /// Of each list; a relay that runs for long must not grow by them.
        static let remembered = 10_000
    }

    struct Client {
        let socket: ServerSocket
        var authentication: RelayAuthentication
        var subscriptions: [String: Subscription] = [:]
    }

    package nonisolated let url: RelayURL
    private let server: LoopbackServer
    let limits: Limits
    let faults: Faults?
    let now: @Sendable () -> Int64
    private let random: any RandomSource
    private let clock: any Clock<Duration>
    private(set) var behaviour: RelayBehaviour
    package internal(set) var traffic = Traffic() {
        didSet { for watcher in watchers.values { watcher.yield() } }
    }
    private var watchers: [Int: AsyncStream<Void>.Continuation] = [:]
    private var nextWatcher = 0
    /// Who has signed in on any connection (NIP-42).
    package internal(set) var signedIn: Set<XOnlyKey> = []
    var store = RelayStore()
    var subscriptions = SubscriptionIndex()
    var clients: [Int: Client] = [:]
    private var nextClient = 0
    var delayed: [Task<Void, Never>] = []
    private(set) var refusal: (@Sendable (Event) -> String?)?

    /// - Parameters:
    ///   - port: 0 uses any free port.
    ///   - clock: for the delays of `behaviour`.
    ///   - now: seconds since 1970.
    package init(
        port: UInt16 = 0, limits: Limits = Limits(), behaviour: RelayBehaviour = RelayBehaviour(),
        faults: Faults? = nil, random: any RandomSource = SystemRandom(),
        clock: any Clock<Duration> = ContinuousClock(),
        now: @escaping @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970) }
    ) throws {
        server = try LoopbackServer(port: port)
        url = try RelayURL("ws://127.0.0.1:\(server.port)")
        self.limits = limits
        self.behaviour = behaviour
        self.clock = clock
        self.faults = faults
        self.random = random
        self.now = now
    }

    package func start() async {
        await server.start { [self] stream in await connected(stream) }
    }

    package func stop() async {
        await closeAll("")
        for task in delayed { task.cancel() }
        await server.stop()
    }

    /// Closes every connection but keeps the stored events, which is what a restart looks like from outside.
    package func dropConnections() async { await closeAll("restarting") }

    private func closeAll(_ reason: String) async {
        let sockets = clients.values.map(\.socket)
        await withDiscardingTaskGroup { group in
            for socket in sockets { group.addTask { await socket.close(.goingAway, reason) } }
        }
    }

    /// Rejects the events for which `reason` returns a text; nil accepts all events again.
    package func refuse(_ reason: (@Sendable (Event) -> String?)?) { refusal = reason }

    /// Behaves like this from now on; what a connection is at its start, old ones stay.
    package func behave(_ behaviour: RelayBehaviour) {
        self.behaviour = behaviour
        for client in clients.values { client.socket.outbox.setDelay(behaviour.delay) }
    }

    /// Returns once the traffic satisfies a condition.
    package func waitForTraffic(_ condition: @Sendable (Traffic) -> Bool) async {
        let (changes, watcher) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let number = nextWatcher
        nextWatcher += 1
        watchers[number] = watcher
        defer { watchers[number] = nil }
        watcher.yield()
        for await _ in changes where condition(traffic) { return }
    }

    package var storedCount: Int { store.count }
    package func stored(_ filters: [Filter]) -> [Event] { store.query(filters, at: now()).map(\.event) }

    // MARK: Connections

    private func connected(_ stream: any ByteStream) async {
        if behaviour.silence == .connection { return await Self.ignore(stream) }
        if let status = behaviour.status {
            return await HTTPExchange.serve(stream) { _ in
                ServerResponse.error(status, "this relay is out of order")
            }
        }
        await HTTPExchange.serve(
            stream, upgrade: { stream, leftover in await self.serve(stream, leftover) },
            respond: { request in
                RelayInformation(self.limits, await self.behaviour).response(to: request)
            })
    }

    /// Reads until the client gives up.
    private static func ignore(_ stream: any ByteStream) async {
        do {
            while try await !stream.read(maximum: 65_536).isEmpty {}
        } catch {
            // The client has gone, which is what was waited for.
        }
    }

    /// Reading and checking signatures is done outside of this actor, for all clients side by side.
    private nonisolated func serve(_ stream: any ByteStream, _ leftover: [UInt8]) async {
        let socket = ServerSocket(over: stream, clock: clock)
        guard let number = await admit(socket) else { return }
        await socket.run(leftover: leftover, maximumMessageBytes: limits.messageBytes) { texts in
            let requests = texts.map { VerifiedRequest(json: Array($0.utf8)) }
            await socket.outbox.gathering { await receive(requests, from: number) }
        }
        await leave(number)
    }

    private func admit(_ socket: ServerSocket) async -> Int? {
        // Without randomness nobody can sign in, and nothing else would work on this machine either.
        guard let challenge = try? Hex.encode(random.bytes(16)) else { return nil }
        let number = nextClient
        nextClient += 1
        traffic.connections += 1
        socket.outbox.setDelay(behaviour.delay)
        clients[number] = Client(
            socket: socket, authentication: RelayAuthentication(challenge: challenge))
        if let farewell = behaviour.farewell {
            send(RelayReply.notice(farewell), to: number)
            socket.outbox.finish(.close(.goingAway, ""))
        }
        if behaviour.requiresAuthentication { challengeClient(number) }
        return number
    }

    private func leave(_ number: Int) {
        guard let client = clients.removeValue(forKey: number) else { return }
        for subscription in client.subscriptions.values { subscriptions.remove(subscription) }
    }

    func send(_ text: [UInt8], to number: Int) {
        if behaviour.silence == .messages { return }
        clients[number]?.socket.outbox.add(text: text)
    }

    func challengeClient(_ number: Int) {
        guard let client = clients[number] else { return }
        send(RelayReply.authentication(challenge: client.authentication.challenge), to: number)
    }
}
