import Vocabulary
import AgentCore
import Cryptography
import Foundation
import Marmot
import Nostr
import Providers

/// A mock of the Fly Machines API on loopback, with real agents as machines (contracts/providers.md).
package actor MockFly {
    private struct Volume {
        let id: String
        let body: FlyVolumeRequest
        var machine: String?
    }

    private struct Machine {
        let id: String
        let request: FlyMachineRequest
        let instance: String
        let createdAt: String
        var state: String
        var metadata: [String: String] = [:]
        var life: Task<Void, Never>?
    }

    private struct MachineRecord: Encodable {
        let id: String, name: String, state: String, region: String, instanceId: String
        let privateIp: String, createdAt: String, updatedAt: String
        let config: Config
        let events: [String]

        /// Without the environment, which contains secrets. The real API returns it, but no client here needs
        /// it.
        struct Config: Encodable {
            let image: String
            let metadata: [String: String]
        }
    }

    private let server: LoopbackServer
    /// The required API token; nil accepts any token.
    private let token: String?
    private let relays: [RelayURL]
    private let faults: Faults
    private let template: @Sendable () async -> AgentTemplate
    private let clock: any Clock<Duration>
    private let random: any RandomSource
    private var volumes: [String: Volume] = [:]
    private var machines: [String: Machine] = [:]
    /// One rate limit for each action.
    private var limits: [String: RateLimit] = [:]
    /// Notified whenever a machine or volume changes.
    private var waits: [Int: AsyncStream<Void>.Continuation] = [:]
    private var nextWait = 0
    private var creationsBegun = 0
    /// Holds back `POST /machines`.
    package nonisolated let creations = CreationGate()
    private let uptime: @Sendable () -> Duration
    /// The one app that exists; nil lets every app exist.
    private let app: String?

    /// - Parameters:
    ///   - relays: the relays that the deployed image connects to, regardless of those that the client uses.
    ///   - uptime: the clock for the rate limits.
    package init(
        port: UInt16 = 0, token: String? = nil, app: String? = nil, relays: [RelayURL], faults: Faults,
        template: @escaping @Sendable () async -> AgentTemplate,
        clock: any Clock<Duration> = ContinuousClock(), random: any RandomSource = SystemRandom(),
        uptime: @escaping @Sendable () -> Duration = Uptime.since(ContinuousClock().now)
    ) throws {
        self.uptime = uptime
        server = try LoopbackServer(port: port)
        self.token = token
        self.app = app
        self.relays = relays
        self.faults = faults
        self.template = template
        self.clock = clock
        self.random = random
    }

    package nonisolated var url: String { "http://127.0.0.1:\(server.port)" }
    package var machineIDs: [String] { machines.keys.sorted() }
    package var volumeIDs: [String] { volumes.keys.sorted() }

    /// Returns once `count` requests to create something have been received; for tests.
    package func creationsBegan(_ count: Int) async { await changed { $0.creationsBegun >= count } }
    package func machineCreated() async { await changed { !$0.machines.isEmpty } }

    private func changed(until isTrue: (isolated MockFly) -> Bool) async {
        let (changes, number) = watch()
        defer { waits[number] = nil }
        for await _ in changes where isTrue(self) { return }
    }

    /// A stream that yields immediately, and again whenever a machine or volume changes.
    private func watch() -> (changes: AsyncStream<Void>, number: Int) {
        let (changes, change) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let number = nextWait
        nextWait += 1
        waits[number] = change
        change.yield()
        return (changes, number)
    }

    private func tick() { for wait in waits.values { wait.yield() } }

    package func start() async {
        await server.start { stream in
            await HTTPExchange.serve(stream) { request in await self.respond(to: request) }
        }
    }

    package func stop() async {
        await creations.open()
        await server.stop()
        for id in Array(machines.keys) { await destroy(id) }
    }

    private func respond(to request: ServerRequest) async -> ServerResponse? {
        if isCreation(request) {
            creationsBegun += 1
            tick()
        }
        let stages: [FaultStage] =
            [.http] + (request.method == "DELETE" ? [.teardown] : isCreation(request) ? [.spawn] : [])
        if let interference = await faults.interference(stages) { return interference }
        let given = request.head.value("Authorization") ?? ""
        guard token.map({ given == "Bearer \($0)" }) ?? (given.hasPrefix("Bearer ") && given.count > 7) else {
            return .error(401, "unauthorized")
        }
        let parts = request.segments
        guard parts.count >= 4, parts[0] == "v1", parts[1] == "apps" else { return .error(404, "not found") }
        // Also for a machine that is there all the same: says nothing about the machine.
        guard app == nil || parts[2] == app else { return .error(404, "App not found") }
        if let refusal = overLimit(request.method, parts) { return refusal }
        switch (request.method, parts[3], parts.count) {
        case ("POST", "volumes", 4): return createVolume(request)
        case ("GET", "volumes", 4):
            return .json(
                200, volumes.values.map { ["id": $0.id, "name": $0.body.name, "region": $0.body.region] })
        case ("GET", "volumes", 5):
            guard let volume = volumes[parts[4]] else { return .error(404, "volume not found") }
            return .json(
                200,
                ["id": volume.id, "name": volume.body.name, "state": "created", "region": volume.body.region])
        case ("DELETE", "volumes", 5): return deleteVolume(parts[4])
        case ("POST", "machines", 4):
            await creations.pass()
            return await createMachine(request)
        case ("GET", "machines", 4): return list(request)
        case (_, "machines", 5...): return await machine(request, parts[4], Array(parts.dropFirst(5)))
        default: return .error(404, "not found")
        }
    }

    /// The rate limit of each action: one request per second with bursts of three; for getting a machine,
    /// five per second with bursts of ten.
    private func overLimit(_ method: String, _ parts: [String]) -> ServerResponse? {
        let isGetMachine = method == "GET" && parts[3] == "machines" && parts.count == 5
        let action = "\(method) \(parts[3]) \(parts.count > 5 ? parts[5] : parts.count > 4 ? "one" : "")"
        let now = uptime()
        let fresh = RateLimit(perSecond: isGetMachine ? 5 : 1, burst: isGetMachine ? 10 : 3, now: now)
        guard let pause = limits[action, default: fresh].take(at: now) else { return nil }
        var response = ServerResponse.error(429, "rate limit exceeded")
        response.fields.append(("Retry-After", "\(Int((pause / .seconds(1)).rounded(.up)))"))
        return response
    }

    private func isCreation(_ request: ServerRequest) -> Bool {
        request.method == "POST" && ["volumes", "machines"].contains(request.segments.last ?? "")
    }

    // MARK: Volumes

    private func createVolume(_ request: ServerRequest) -> ServerResponse {
        guard let body = try? JSONDecoder().decode(FlyVolumeRequest.self, from: Data(request.body)) else {
            return .error(400, "malformed volume")
        }
        let allowed = body.name.utf8.allSatisfy {
            ($0 >= 0x61 && $0 <= 0x7a) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x5f
        }
        guard allowed, (1...30).contains(body.name.utf8.count) else {
            return .error(422, "volume name is invalid")
        }
        let id = "vol_\(identifier())"
        volumes[id] = Volume(id: id, body: body)
        tick()
        return .json(200, ["id": id, "name": body.name, "state": "created", "region": body.region])
    }

    private func deleteVolume(_ id: String) -> ServerResponse {
        guard let volume = volumes[id] else { return .error(404, "volume not found") }
        guard volume.machine == nil else {
            return .error(412, "volume is attached to machine \(volume.machine ?? "")")
        }
        volumes[id] = nil
        return .json(200, ["id": id, "state": "destroyed"])
    }

    // MARK: Machines

    private func createMachine(_ request: ServerRequest) async -> ServerResponse {
        guard var body = try? JSONDecoder().decode(FlyMachineRequest.self, from: Data(request.body)) else {
            return .error(400, "malformed machine")
        }
        let allowed = body.name.utf8.allSatisfy {
            ($0 >= 0x61 && $0 <= 0x7a) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2d
        }
        guard allowed, (1...63).contains(body.name.utf8.count) else {
            return .error(422, "machine name is invalid")
        }
        guard !machines.values.contains(where: { $0.request.name == body.name }) else {
            return .error(409, "a machine named \(body.name) already exists")
        }
        for mount in body.config.mounts {
            guard let volume = volumes[mount.volume] else {
                return .error(422, "volume \(mount.volume) does not exist")
            }
            guard volume.machine == nil else {
                return .error(412, "volume \(mount.volume) is already attached")
            }
        }
        guard let secret = body.config.env["NOSTR_SECRET_KEY"], let key = try? KeyText.secretKey(secret)
        else {
            return .error(422, "env lacks NOSTR_SECRET_KEY")
        }
        // The agent has what it needs; secrets are not kept beside it.
        body.config.env = [:]
        let id = identifier()
        for mount in body.config.mounts { volumes[mount.volume]?.machine = id }
        let (template, relays, faults, clock) = (template, relays, faults, clock)
        var machine = Machine(
            id: id, request: body, instance: identifier(), createdAt: Date().formatted(.iso8601),
            state: "created", metadata: body.config.metadata ?? [:])
        machine.life = Task {
            let settings = await template()
            do {
                try await clock.sleep(for: settings.boot)
                self.set(id, "started")
                var behaviour = MockAgent.Behaviour(rules: { await template().rules }, faults: faults)
                behaviour.offersForeignKey = settings.offersForeignKey
                try await MockAgent(key: key, relays: relays, owner: nil, behaviour: behaviour).run()
                self.set(id, "stopped")
            } catch {
                // The machine was stopped or destroyed, or the mock is shutting down.
                self.set(id, "stopped")
            }
        }
        machines[id] = machine
        tick()
        return .json(200, record(machine))
    }

    private func set(_ id: String, _ state: String) {
        machines[id]?.state = state
        tick()
    }

    private func list(_ request: ServerRequest) -> ServerResponse {
        let wanted = request.query.filter { $0.key.hasPrefix("metadata.") }
        let found = machines.values.filter { machine in
            wanted.allSatisfy { machine.metadata[String($0.key.dropFirst(9))] == $0.value }
        }
        return .json(200, found.sorted { $0.id < $1.id }.map(record))
    }

    private func machine(_ request: ServerRequest, _ id: String, _ rest: [String]) async -> ServerResponse? {
        guard let machine = machines[id] else { return .error(404, "machine not found") }
        switch (request.method, rest.first) {
        case ("GET", nil): return .json(200, record(machine))
        case ("DELETE", nil):
            guard request.query["force"] == "true" || machine.state == "stopped" else {
                return .error(412, "machine is \(machine.state); stop it first or use force")
            }
            await destroy(id)
            return .json(200, ["ok": true])
        case ("POST", "stop"):
            machines[id]?.life?.cancel()
            set(id, "stopped")
            return .json(200, ["ok": true])
        case ("POST", "metadata") where rest.count == 2:
            struct Value: Decodable { let value: String }
            guard let value = try? JSONDecoder().decode(Value.self, from: Data(request.body)) else {
                return .error(400, "malformed metadata")
            }
            machines[id]?.metadata[rest[1]] = value.value
            return ServerResponse(status: 204)
        case ("GET", "wait"): return await wait(id, request)
        default: return .error(404, "not found")
        }
    }

    /// The `timeout` of a wait, clamped to the 0 to 60 seconds that Fly allows; 60 if it is absent or not a
    /// number.
    static func waitSeconds(_ timeout: String?) -> Int {
        min(max(timeout.flatMap { Int($0) } ?? 60, 0), 60)
    }

    private func wait(_ id: String, _ request: ServerRequest) async -> ServerResponse? {
        let wanted = request.query["state"] ?? "started"
        let (changes, number) = watch()
        defer { waits[number] = nil }
        do {
            return try await withDeadline(.seconds(Self.waitSeconds(request.query["timeout"])), clock: clock)
            {
                for await _ in changes {
                    if let answer = await self.answer(id, waitingFor: wanted) { return answer }
                }
                return nil
            }
        } catch is DeadlineExceeded {
            return .error(408, "deadline exceeded")
        } catch {
            return nil
        }
    }

    private func answer(_ id: String, waitingFor wanted: String) -> ServerResponse? {
        guard let machine = machines[id] else { return .error(404, "machine not found") }
        return machine.state == wanted ? .json(200, ["ok": true]) : nil
    }

    private func destroy(_ id: String) async {
        guard let machine = machines.removeValue(forKey: id) else { return }
        tick()
        machine.life?.cancel()
        await machine.life?.value
        for volume in volumes.values where volume.machine == id { volumes[volume.id]?.machine = nil }
    }

    private func record(_ machine: Machine) -> MachineRecord {
        MachineRecord(
            id: machine.id, name: machine.request.name, state: machine.state, region: machine.request.region,
            instanceId: machine.instance, privateIp: "fdaa::1", createdAt: machine.createdAt,
            updatedAt: machine.createdAt,
            config: .init(image: machine.request.config.image, metadata: machine.metadata), events: [])
    }

    private func identifier() -> String {
        // The ids need not be secret, but even if the generator fails, no two objects may get the same one.
        Hex.encode((try? random.bytes(7)) ?? Array("\(machines.count)\(volumes.count)".utf8))
    }
}
