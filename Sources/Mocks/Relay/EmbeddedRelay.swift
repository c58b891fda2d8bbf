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
        var subscriptions: [String: [Filter]] = [:]
    }

    package nonisolated let url: RelayURL
    private let server: LoopbackServer
    private let limits: Limits
    private let faults: Faults?
    private let now: @Sendable () -> Int64
    private let random: any RandomSource
    private var store = RelayStore()
    private var clients: [Int: Client] = [:]
    private var nextClient = 0
    private var delayed: [Task<Void, Never>] = []
    private var refusal: (@Sendable (Event) -> String?)?

    /// - Parameters:
    ///   - port: 0 uses any free port.
    ///   - now: seconds since 1970.
    package init(
        port: UInt16 = 0, limits: Limits = Limits(), faults: Faults? = nil,
        random: any RandomSource = SystemRandom(),
        now: @escaping @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970) }
    ) throws {
        server = try LoopbackServer(port: port)
        url = try RelayURL("ws://127.0.0.1:\(server.port)")
        self.limits = limits
        self.faults = faults
        self.random = random
        self.now = now
    }

    package func start() async {
        await server.start { stream in
            await HTTPExchange.serve(
                stream,
                upgrade: { stream, leftover in await self.serve(stream, leftover) },
                respond: { request in self.information(request) })
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

    package var storedCount: Int { store.count }
    package func stored(_ filters: [Filter]) -> [Event] { store.query(filters) }

    private func serve(_ stream: any ByteStream, _ leftover: [UInt8]) async {
        let socket = WebSocket(
            over: stream, role: .server, leftover: leftover, maximumMessageBytes: limits.messageBytes,
            random: random)
        let number = nextClient
        nextClient += 1
        clients[number] = Client(socket: socket)
        do {
            while true { try await receive(socket.nextText(), from: number) }
        } catch {
            // The client has disconnected or violated the protocol; `WebSocket` has already sent the close
            // code.
        }
        clients[number] = nil
    }

    private func receive(_ text: String, from number: Int) async throws {
        guard let socket = clients[number]?.socket else { return }
        let message: IncomingClientMessage
        do {
            message = try EventJSON.decode(IncomingClientMessage.self, from: Array(text.utf8))
        } catch {
            try await socket.send(text: RelayMessageText.notice("invalid: \(error)"))
            return
        }
        switch message {
        case .event(let unverified): try await accept(unverified, socket)
        case .request(let name, let filters): try await subscribe(name, filters, number, socket)
        case .close(let name): clients[number]?.subscriptions[name] = nil
        }
    }

    private func accept(_ unverified: UnverifiedEvent, _ socket: WebSocket) async throws {
        func answer(_ accepted: Bool, _ message: String) async throws {
            try await socket.send(
                text: RelayMessageText.ok(id: unverified.claimedID.hex, accepted: accepted, message: message))
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
        if let reason = refusal?(event) { return try await answer(false, reason) }
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
                try? await client.socket.send(text: RelayMessageText.event(subscription: name, event))
            }
        }
    }

    private func subscribe(
        _ name: String, _ filters: [Filter], _ number: Int, _ socket: WebSocket
    ) async throws {
        guard !name.isEmpty, name.count <= limits.subscriptionNameCharacters else {
            return try await socket.send(
                text: RelayMessageText.closed(
                    subscription: name, message: "invalid: subscription id is empty or too long"))
        }
        guard !filters.isEmpty, filters.count <= limits.filters else {
            return try await socket.send(
                text: RelayMessageText.closed(
                    subscription: name,
                    message: "invalid: a subscription needs 1 to \(limits.filters) filters"))
        }
        let held = clients[number]?.subscriptions ?? [:]
        guard held[name] != nil || held.count < limits.subscriptions else {
            return try await socket.send(
                text: RelayMessageText.closed(
                    subscription: name, message: "rate-limited: at most \(limits.subscriptions) subscriptions"
                ))
        }
        clients[number]?.subscriptions[name] = filters
        let stored = store.query(filters)
        for event in stored { try await socket.send(text: RelayMessageText.event(subscription: name, event)) }
        try await socket.send(text: RelayMessageText.endOfStoredEvents(subscription: name))
    }

    /// The relay information document (NIP-11).
    private nonisolated func information(_ request: ServerRequest) -> ServerResponse {
        struct Information: Encodable {
            let name = "pikachat mock relay"
            let description = "An in-memory relay on this machine only"
            let supportedNips = [1, 11]
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
