import Vocabulary
import AgentCore
import Cryptography
import Foundation
import Marmot
import Nostr
import Providers

/// A mock of the Workers control plane on loopback, with real agents behind it (contracts/providers.md).
package actor MockWorkers {
    private final class Agent: Sendable {
        let actor: MockAgent
        let life: Task<Void, Never>

        init(_ actor: MockAgent, _ life: Task<Void, Never>) {
            self.actor = actor
            self.life = life
        }
    }

    private struct Record {
        var id: String
        var name: String
        var relays: [String]
        var key: XOnlyKey
        let createdAt: Int64
        var updatedAt: Int64
        var publishedAt: Int64?
        var probe: RelayProbe.Result?
        var agent: Agent?
    }

    private struct Status: Encodable {
        struct Session: Encodable {
            let relayUrl: String
            let status: String
        }

        let id: String, name: String, status: String
        let brain = "pi"
        let createdAtMs: Int64, updatedAtMs: Int64, readyAtMs: Int64?
        let relayUrls: [String]
        let botPubkey: String, relayPubkey: String
        let keyPackagePublishedAtMs: Int64?
        let relayProbe: RelayProbe.Result?
        let relaySession: Session
    }

    private let server: LoopbackServer
    /// The required API token; nil requires none.
    private let token: String?
    private let relays: [RelayURL]?
    private let faults: Faults
    private let template: @Sendable () async -> AgentTemplate
    private let clock: any Clock<Duration>
    private var records: [String: Record] = [:]
    /// Number of Welcomes that clients have submitted.
    package private(set) var processedWelcomes = 0

    package init(
        port: UInt16 = 0, token: String? = nil, relays: [RelayURL]? = nil, faults: Faults,
        template: @escaping @Sendable () async -> AgentTemplate,
        clock: any Clock<Duration> = ContinuousClock()
    ) throws {
        server = try LoopbackServer(port: port)
        self.token = token
        self.relays = relays
        self.faults = faults
        self.template = template
        self.clock = clock
    }

    package nonisolated var url: String { "http://127.0.0.1:\(server.port)" }
    package var ids: [String] { records.keys.sorted() }

    package func start() async {
        await server.start { stream in
            await HTTPExchange.serve(stream) { request in await self.respond(to: request) }
        }
    }

    package func stop() async {
        await server.stop()
        for record in records.values {
            record.agent?.life.cancel()
            await record.agent?.life.value
        }
        records = [:]
    }

    private func respond(to request: ServerRequest) async -> ServerResponse? {
        let isCreation = request.method == "POST" && request.segments == ["agents"]
        if let interference = await faults.interference([.http] + (isCreation ? [.spawn] : [])) {
            return interference
        }
        if request.path == "/health", request.method == "GET" {
            struct Health: Encodable {
                let ok = true
                let service = "pika-workers-agent-demo"
            }
            return .json(200, Health())
        }
        guard isAllowed(request) else {
            return ServerResponse(
                status: 401, fields: [("WWW-Authenticate", "Bearer"), ("Content-Type", "text/plain")],
                body: Array("unauthorized".utf8))
        }
        let parts = request.segments
        guard parts.first == "agents" else { return .error(404, "not found") }
        switch (request.method, parts.count) {
        case ("POST", 1): return await create(request)
        case ("GET", 2):
            guard let record = records[parts[1]] else { return .error(404, "agent not found") }
            return .json(200, status(record))
        case ("POST", 4) where parts[2] == "runtime" && parts[3] == "process-welcome":
            return await processWelcome(request, parts[1])
        default: return .error(404, "not found")
        }
    }

    private func isAllowed(_ request: ServerRequest) -> Bool {
        guard let token else { return true }
        return request.head.value("Authorization") == "Bearer \(token)"
            || request.head.value("x-api-key") == token
    }

    private func create(_ request: ServerRequest) async -> ServerResponse {
        struct Body: Decodable {
            let id: String?
            let name: String?
            let brain: String
            let relay_urls: [String]?
            let bot_secret_key_hex: String
        }
        let body: Body
        do {
            body = try JSONDecoder().decode(Body.self, from: Data(request.body))
        } catch let error as DecodingError {
            return .error(400, EventJSON.describe(error))
        } catch {
            return .error(400, "\(error)")
        }
        guard body.brain == "pi" else { return .error(400, "unsupported brain: \(body.brain)") }
        guard let key = try? KeyText.secretKey(body.bot_secret_key_hex) else {
            return .error(400, "bot_secret_key_hex is invalid")
        }
        let id = AgentID.normalised(body.id ?? body.name ?? "")
        guard !id.isEmpty else { return .error(400, "name is missing") }
        let urls = body.relay_urls ?? []
        guard let agentRelays = try? relays ?? urls.map({ try RelayURL($0) }), !agentRelays.isEmpty else {
            return .error(400, "relay_urls is invalid")
        }
        let isNew = records[id] == nil
        if let old = records[id], old.key != key.publicKey { old.agent?.life.cancel() }
        var record =
            records[id]
            ?? Record(
                id: id, name: body.name ?? id, relays: urls, key: key.publicKey, createdAt: Self.now(),
                updatedAt: Self.now())
        record.updatedAt = Self.now()
        if isNew || record.key != key.publicKey {
            // A name that was used before keeps the time of its old key package, as with the real worker.
            record.key = key.publicKey
            do {
                record.probe = await RelayProbe.run(agentRelays[0], clock: clock)
                record.agent = try await makeAgent(id, key, agentRelays)
            } catch {
                return .error(500, "the agent did not start: \(error)")
            }
        }
        records[id] = record
        return .json(isNew ? 201 : 200, status(record))
    }

    private func makeAgent(_ id: String, _ key: Secp256k1SecretKey, _ relays: [RelayURL]) async throws
        -> Agent
    {
        let (template, clock) = (template, clock)
        let settings = await template()
        var behaviour = MockAgent.Behaviour(rules: { await template().rules }, faults: faults)
        // Workers learn of Welcomes only from the client's request, so a client that omits it gets no
        // replies.
        behaviour.takesWraps = false
        behaviour.offersForeignKey = settings.offersForeignKey
        let actor = try MockAgent(
            key: key, relays: relays, owner: nil, behaviour: behaviour,
            report: { event in
                if event == .ready { Task { await self.published(id) } }
            })
        let life = Task {
            // Cancelled when the mock stops or the agent is replaced.
            try? await clock.sleep(for: settings.boot)
            try? await actor.run()
        }
        return Agent(actor, life)
    }

    private func published(_ id: String) { records[id]?.publishedAt = Self.now() }

    private func processWelcome(_ request: ServerRequest, _ id: String) async -> ServerResponse {
        struct Answer: Encodable {
            let groupId: String, createdGroup: Bool, processedWelcomes: Int, mlsGroupIdHex: String,
                nostrGroupIdHex: String
        }
        guard let record = records[id], let agent = record.agent else {
            return .error(404, "agent not found")
        }
        do {
            let body = try JSONDecoder().decode(ProcessWelcomeRequest.self, from: Data(request.body))
            guard let wrapID = EventID(hex: body.wrapperEventIDHex) else {
                return .error(400, "wrapper_event_id_hex is invalid")
            }
            let rumor = try Rumor(json: Array(body.welcomeEventJSON.utf8))
            let group = try await agent.actor.processWelcome(rumor, wrapID: wrapID)
            processedWelcomes += 1
            return .json(
                200,
                Answer(
                    groupId: body.groupID, createdGroup: group != nil, processedWelcomes: 1,
                    mlsGroupIdHex: group.map { Hex.encode($0.id) } ?? "",
                    nostrGroupIdHex: group?.nostrGroupIDHex ?? body.groupID))
        } catch {
            return .error(400, "\(error)")
        }
    }

    private func status(_ record: Record) -> Status {
        Status(
            id: record.id, name: record.name, status: record.publishedAt == nil ? "booting" : "ready",
            createdAtMs: record.createdAt,
            updatedAtMs: record.updatedAt, readyAtMs: record.publishedAt, relayUrls: record.relays,
            botPubkey: record.key.hex,
            relayPubkey: record.key.hex, keyPackagePublishedAtMs: record.publishedAt,
            relayProbe: record.probe,
            relaySession: .init(
                relayUrl: record.relays.first ?? "",
                status: record.publishedAt == nil ? "connecting" : "connected"))
    }

    private static func now() -> Int64 { Int64(Date().timeIntervalSince1970 * 1000) }
}
