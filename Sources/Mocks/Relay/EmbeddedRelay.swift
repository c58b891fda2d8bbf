import Vocabulary
import AgentCore
import Cryptography
import Foundation
import Nostr

/// A NIP-01 relay on loopback. It verifies, stores, replaces, filters and broadcasts events.
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

    private struct Client {
        let socket: WebSocket
        var authentication: RelayAuthentication
        var subscriptions: [String: [Filter]] = [:]
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

        /// Tests look at the last few.
        static let remembered = 10_000
    }

    package nonisolated let url: RelayURL
    private let server: LoopbackServer
    private let limits: Limits
    private let faults: Faults?
    private let now: @Sendable () -> Int64
    private let random: any RandomSource
    private let clock: any Clock<Duration>
    private var behaviour: RelayBehaviour
    package private(set) var traffic = Traffic()
    /// Who has signed in on any connection (NIP-42).
    package private(set) var signedIn: Set<XOnlyKey> = []
    private var store = RelayStore()
    private var clients: [Int: Client] = [:]
    private var nextClient = 0
    private var delayed: [Task<Void, Never>] = []
    private var refusal: (@Sendable (Event) -> String?)?

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

    private func connected(_ stream: any ByteStream) async {
        if behaviour.silence == .connection { return await Self.ignore(stream) }
        if let status = behaviour.status {
            return await HTTPExchange.serve(stream) { _ in
                ServerResponse.error(status, "this relay is out of order")
            }
        }
        await HTTPExchange.serve(
            stream, upgrade: { stream, leftover in await self.serve(stream, leftover) },
            respond: { request in self.information(request) })
    }

    /// Reads until the client gives up.
    private static func ignore(_ stream: any ByteStream) async {
        do {
            while try await !stream.read(maximum: 65_536).isEmpty {}
        } catch {
            // The client has gone, which is what was waited for.
        }
    }

    package func stop() async {
        for client in clients.values { await client.socket.close(.goingAway) }
        for task in delayed { task.cancel() }
        await server.stop()
    }

    /// Closes every connection but keeps the stored events, which is what a restart looks like from outside.
    package func dropConnections() async {
        for client in clients.values { await client.socket.close(.goingAway, "restarting") }
    }

    /// Rejects the events for which `reason` returns a text; nil accepts all events again.
    package func refuse(_ reason: (@Sendable (Event) -> String?)?) { refusal = reason }

    /// Behaves like this from now on; what a connection is at its start, old ones stay.
    package func behave(_ behaviour: RelayBehaviour) { self.behaviour = behaviour }

    package var storedCount: Int { store.count }
    package func stored(_ filters: [Filter]) -> [Event] { store.query(filters) }

    private func serve(_ stream: any ByteStream, _ leftover: [UInt8]) async {
        // Without randomness nobody can sign in, and nothing else would work on this machine either.
        guard let challenge = try? Hex.encode(random.bytes(16)) else { return await stream.close() }
        let socket = WebSocket(
            over: stream, role: .server, leftover: leftover, maximumMessageBytes: limits.messageBytes,
            random: random)
        let number = nextClient
        nextClient += 1
        clients[number] = Client(socket: socket, authentication: RelayAuthentication(challenge: challenge))
        traffic.connections += 1
        do {
            if let farewell = behaviour.farewell {
                try await send(RelayMessageText.notice(farewell), on: socket)
                await socket.close(.goingAway)
            }
            if behaviour.requiresAuthentication { try await challengeClient(number) }
            while true { try await receive(socket.nextText(), from: number) }
        } catch {
            // The client has disconnected or violated the protocol; `WebSocket` has already sent the close
            // code.
        }
        clients[number] = nil
    }

    private func send(_ text: String, on socket: WebSocket) async throws {
        if behaviour.silence == .messages { return }
        if behaviour.delay > .zero { try await clock.sleep(for: behaviour.delay) }
        try await socket.send(text: text)
    }

    private func challengeClient(_ number: Int) async throws {
        guard let client = clients[number] else { return }
        let challenge = client.authentication.challenge
        try await send(RelayReply.authentication(challenge: challenge), on: client.socket)
    }

    private func receive(_ text: String, from number: Int) async throws {
        guard let client = clients[number] else { return }
        let socket = client.socket
        let mayPass = !behaviour.requiresAuthentication || !client.authentication.keys.isEmpty
        switch RelayRequest(json: Array(text.utf8)) {
        case .event(let unverified):
            if traffic.events.count < Traffic.remembered { traffic.events.append(unverified.claimedID) }
            guard mayPass else {
                return try await confirm(
                    unverified.claimedID.hex, false, "auth-required: sign in to publish", socket)
            }
            try await accept(unverified, number, socket)
        case .authentication(let unverified): try await authenticate(unverified, number, socket)
        case .request(let name, let filters):
            if traffic.requests.count < Traffic.remembered { traffic.requests.append(filters) }
            guard mayPass else {
                return try await close(name, "auth-required: sign in to read", number, socket)
            }
            try await subscribe(name, filters, number, socket)
        case .count(let name, let filters):
            guard mayPass else {
                return try await close(name, "auth-required: sign in to read", number, socket)
            }
            try await count(name, filters, number, socket)
        case .close(let name): clients[number]?.subscriptions[name] = nil
        case .malformedEvent(let id, let why): try await confirm(id, false, "invalid: \(why)", socket)
        case .malformedRequest(let name, let why):
            try await close(name, "invalid: \(why)", number, socket)
        case .malformed(let why): try await send(RelayMessageText.notice("invalid: \(why)"), on: socket)
        }
    }

    private func confirm(_ id: String, _ accepted: Bool, _ message: String, _ socket: WebSocket) async throws
    {
        if behaviour.dropsOK { return }
        try await send(RelayMessageText.ok(id: id, accepted: accepted, message: message), on: socket)
    }

    private func close(_ name: String, _ message: String, _ number: Int, _ socket: WebSocket) async throws {
        clients[number]?.subscriptions[name] = nil
        try await send(RelayMessageText.closed(subscription: name, message: message), on: socket)
    }

    private func authenticate(
        _ unverified: UnverifiedEvent, _ number: Int, _ socket: WebSocket
    ) async throws {
        let id = unverified.claimedID.hex
        let event: Event
        do {
            event = try unverified.verified()
        } catch {
            return try await confirm(id, false, "invalid: \(error)", socket)
        }
        let why = clients[number]?.authentication.accept(event, at: url, now: now())
        if why == nil { signedIn.insert(event.author) }
        try await confirm(id, why == nil, why ?? "", socket)
    }

    private func accept(_ unverified: UnverifiedEvent, _ number: Int, _ socket: WebSocket) async throws {
        func answer(_ accepted: Bool, _ message: String) async throws {
            try await confirm(unverified.claimedID.hex, accepted, message, socket)
        }
        let event: Event
        do {
            event = try unverified.verified()
        } catch {
            return try await answer(false, "invalid: \(error)")
        }
        guard event.createdAt <= now() + limits.secondsAhead else {
            return try await answer(false, "invalid: created_at is too far in the future")
        }
        guard event.kind != RelayAuthentication.kind else {
            return try await answer(false, "invalid: events of kind \(event.kind) are for AUTH")
        }
        if event.tags.contains(where: { $0.fields == ["-"] }),
            !(clients[number]?.authentication.keys.contains(event.author) ?? false)
        {
            // NIP-70: only its author may publish it.
            try await challengeClient(number)
            return try await answer(false, "auth-required: this event may only be published by its author")
        }
        if let reason = behaviour.rejection ?? refusal?(event) { return try await answer(false, reason) }
        var copies = 1
        var delay: FaultAction?
        for stage in event.kind == .giftWrap ? [FaultStage.group, .relay] : [.relay] {
            switch await faults?.next(stage) {
            case nil: break
            case .status(let status, _):
                return try await answer(false, "error: fault at \(stage.rawValue) (\(status))")
            case .latency(let base, let jitter): delay = .latency(base, jitter: jitter)
            case .hang: return
            // Accept the event and lose it, like a bad relay.
            case .drop: return try await answer(true, "")
            case .dup: copies = 2
            case .reset: return await socket.close(.goingAway, "fault")
            }
        }
        switch store.insert(event) {
        case .stored, .ephemeral:
            try await answer(true, "")
            if let delay, let faults {
                // Broadcast late, so that other events overtake this one.
                delayed.append(
                    Task {
                        await faults.delay(delay)
                        await self.broadcast(event)
                    })
            } else {
                for _ in 0..<copies { await broadcast(event) }
            }
        case .duplicate: try await answer(true, "duplicate: already have this event")
        case .outdated: try await answer(true, "duplicate: have a newer version")
        }
    }

    private func broadcast(_ event: Event) async {
        for client in clients.values {
            for (name, filters) in client.subscriptions where filters.contains(where: { $0.matches(event) }) {
                // Failures can be ignored: a disconnected client ends its own task, and `WebSocket` drops a
                // client that does not read.
                traffic.eventsSent += 1
                try? await send(RelayMessageText.event(subscription: name, event), on: client.socket)
            }
        }
    }

    private func subscribe(
        _ name: String, _ filters: [Filter], _ number: Int, _ socket: WebSocket
    ) async throws {
        if let why = behaviour.refusal ?? objection(name, filters) {
            return try await close(name, why, number, socket)
        }
        let held = clients[number]?.subscriptions ?? [:]
        guard held[name] != nil || held.count < limits.subscriptions else {
            return try await close(
                name, "rate-limited: at most \(limits.subscriptions) subscriptions", number, socket)
        }
        clients[number]?.subscriptions[name] = filters
        for event in store.query(filters).prefix(behaviour.answerLimit ?? .max) {
            traffic.eventsSent += 1
            try await send(RelayMessageText.event(subscription: name, event), on: socket)
        }
        if behaviour.dropsEndOfStoredEvents { return }
        try await send(RelayMessageText.endOfStoredEvents(subscription: name), on: socket)
    }

    /// NIP-45.
    private func count(_ name: String, _ filters: [Filter], _ number: Int, _ socket: WebSocket) async throws {
        if let why = behaviour.refusal ?? objection(name, filters) {
            return try await close(name, why, number, socket)
        }
        let count = store.query(filters).count
        try await send(RelayReply.count(subscription: name, count), on: socket)
    }

    private func objection(_ name: String, _ filters: [Filter]) -> String? {
        guard !name.isEmpty, name.count <= limits.subscriptionNameCharacters else {
            return "invalid: subscription id is empty or too long"
        }
        guard !filters.isEmpty, filters.count <= limits.filters else {
            return "invalid: a subscription needs 1 to \(limits.filters) filters"
        }
        return nil
    }

    /// The relay information document (NIP-11).
    private nonisolated func information(_ request: ServerRequest) -> ServerResponse {
        struct Information: Encodable {
            let name = "pikachat mock relay"
            let description = "An in-memory relay on this machine only"
            let supportedNips = [1, 11, 42, 45, 70]
            let software = "pikachat"
        }
        guard request.method == "GET" else {
            return .error(404, "this is a Nostr relay; connect to it with a WebSocket")
        }
        var response = ServerResponse.json(200, Information())
        response.fields = [("Content-Type", "application/nostr+json")]
        return response
    }
}
