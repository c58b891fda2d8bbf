import Vocabulary
import AgentCore
import Cryptography
import Foundation
import Marmot
import Nostr
import Processes
import Providers

/// A mock vm-spawner on loopback, with real agents as VMs (contracts/providers.md, "MicroVM spawner").
package actor MockMicroVM {
    package struct Settings: Sendable {
        /// A command to run instead of the built-in agent; see `GuestProcess`.
        package var guest: String?
        package var maximumVMs = 64
        package var totalCPUs = 64
        package var totalMemoryMB = 262_144
        /// A creation answers 500 although its VM runs on, as when a late step of the real one fails.
        package var failsLate = false
        /// Keeps the bodies of create requests for a test to read. They hold secrets: nobody else gets to have them kept.
        package var keepsRequests = false

        package init() {}
    }

    private struct VM {
        let number: Int
        let request: CreateVMRequest
        let createdAt: Date
        var life: Task<Void, Never>?
    }

    private let server: LoopbackServer
    private let clock: any Clock<Duration>
    private let guests: ProcessGroups
    private let random: any RandomSource
    private let directory: String
    /// The mock world's relays, which guests use instead of those in the request.
    private let relays: [RelayURL]?
    private let faults: Faults
    private let template: @Sendable () async -> AgentTemplate
    package private(set) var settings: Settings
    private var vms: [String: VM] = [:]
    private var nextNumber = 1
    package private(set) var creationsBegun = 0
    /// See `Settings.keepsRequests`.
    package private(set) var createBodies: [[UInt8]] = []
    /// Responses that replace the regular one, selected by method and path prefix; for tests and faults.
    private var overrides: [(method: String, path: String, response: ServerResponse?, times: Int)] = []
    /// Holds back `POST /vms`.
    package nonisolated let creations = CreationGate()
    private var creationListeners: [AsyncStream<Void>.Continuation] = []

    /// - Parameters:
    ///   - port: 0 uses any free port.
    ///   - directory: for the guests' files; created when needed.
    package init(
        port: UInt16 = 0, settings: Settings = Settings(), relays: [RelayURL]? = nil, directory: String,
        faults: Faults = Faults(), guests: ProcessGroups = ProcessGroups(),
        clock: any Clock<Duration> = ContinuousClock(),
        random: any RandomSource = SystemRandom(),
        template: @escaping @Sendable () async -> AgentTemplate = { AgentTemplate() }
    ) throws {
        self.faults = faults
        self.template = template
        server = try LoopbackServer(port: port)
        self.settings = settings
        self.relays = relays
        self.directory = directory
        self.clock = clock
        self.guests = guests
        self.random = random
    }

    package nonisolated var url: String { "http://127.0.0.1:\(server.port)" }

    package func start() async {
        await server.start { stream in
            await HTTPExchange.serve(stream) { request in await self.respond(to: request) }
        }
    }

    package func stop() async {
        await creations.open()
        await server.stop()
        for id in Array(vms.keys) { await remove(id) }
    }

    package func configure(_ change: @Sendable (inout Settings) -> Void) { change(&settings) }

    /// The ids of the existing VMs.
    package var ids: [String] { vms.keys.sorted() }

    /// From now on, requests for `method path…` get this response; nil closes the connection without one.
    package func override(_ method: String, _ path: String, with response: ServerResponse?, times: Int = .max)
    {
        overrides.append((method, path, response, times))
    }

    /// Returns once `count` create requests have been received.
    package func creationBegan(_ count: Int = 1) async {
        while creationsBegun < count {
            let (stream, continuation) = AsyncStream<Void>.makeStream()
            creationListeners.append(continuation)
            for await _ in stream {}
            if Task.isCancelled { return }
        }
    }

    /// Returns once a delayed creation has created its VM.
    package func creationEnded() async {
        guard vms.isEmpty else { return }
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        creationListeners.append(continuation)
        for await _ in stream {}
    }

    // MARK: HTTP

    private func respond(to request: ServerRequest) async -> ServerResponse? {
        let override = overrides.lastIndex {
            $0.times > 0 && $0.method == request.method && request.path.hasPrefix($0.path)
        }
        if let override {
            overrides[override].times -= 1
            return overrides[override].response
        }
        let stage: FaultStage? =
            request.method == "DELETE" ? .teardown : request.method == "POST" ? .spawn : nil
        if let interference = await faults.interference([.http] + (stage.map { [$0] } ?? [])) {
            return interference
        }
        switch (request.method, request.segments.first, request.segments.count) {
        case ("GET", "healthz", 1): return .json(200, Health(now: Self.text(Date()), vmCount: vms.count))
        case ("GET", "capacity", 1): return .json(200, capacity)
        case ("GET", "vms", 1):
            return .json(
                200, vms.sorted { $0.value.number < $1.value.number }.map { record($0.key, $0.value) })
        case ("POST", "vms", 1): return await create(request)
        case ("GET", "vms", 2):
            let id = request.segments[1]
            guard let vm = vms[id] else { return .error(404, "vm not found: \(id)") }
            return .json(200, record(id, vm))
        case ("DELETE", "vms", 2):
            let id = request.segments[1]
            // The real one makes no difference between what is not there and what failed.
            guard vms[id] != nil else { return .error(500, "vm not found: \(id)") }
            await remove(id)
            return ServerResponse(status: 204)
        case ("POST", "vms", 3) where request.segments[2] == "exec":
            return .error(501, "exec is not implemented")
        default: return .error(404, "not found: \(request.method) \(request.path)")
        }
    }

    private struct Health: Encodable {
        let ok = true
        let now: String
        let vmCount: Int
    }

    private struct Capacity: Encodable {
        let totalCpus: Int, usedCpus: Int, totalMemoryMb: Int, usedMemoryMb: Int
        let vmCount: Int, maxVms: Int, availableVms: Int
    }

    private struct Record: Encodable {
        let id: String, ip: String, status: String, createdAt: String
        let sshPort = 22
        let sshUser = "root"
        let sshPrivateKey = "mock: there is no ssh"
        let llmBaseUrl = ""
        let llmSessionToken = ""
        let ttlSeconds: Int, flakeRef: String, devShell: String, spawnVariant: String
        let phaseTimingsMs = ["boot": 0]
    }

    private var capacity: Capacity {
        let cpus = vms.values.reduce(0) { $0 + $1.request.cpu }
        let memory = vms.values.reduce(0) { $0 + $1.request.memoryMB }
        return Capacity(
            totalCpus: settings.totalCPUs, usedCpus: cpus, totalMemoryMb: settings.totalMemoryMB,
            usedMemoryMb: memory,
            vmCount: vms.count, maxVms: settings.maximumVMs,
            availableVms: max(settings.maximumVMs - vms.count, 0))
    }

    private func record(_ id: String, _ vm: VM) -> Record {
        Record(
            id: id, ip: "10.0.\(vm.number / 250).\(vm.number % 250 + 2)", status: "running",
            createdAt: Self.text(vm.createdAt), ttlSeconds: vm.request.ttlSeconds,
            flakeRef: vm.request.flakeRef,
            devShell: vm.request.devShell, spawnVariant: vm.request.spawnVariant)
    }

    private static func text(_ date: Date) -> String { date.formatted(.iso8601) }

    private func create(_ request: ServerRequest) async -> ServerResponse {
        creationsBegun += 1
        if settings.keepsRequests { createBodies.append(request.body) }
        for listener in creationListeners { listener.finish() }
        creationListeners = []
        await creations.pass()
        var body: CreateVMRequest
        do {
            body = try JSONDecoder().decode(CreateVMRequest.self, from: Data(request.body))
        } catch let error as DecodingError {
            return .error(400, EventJSON.describe(error))
        } catch {
            return .error(400, "\(error)")
        }
        guard ["prebuilt", "prebuilt-cow"].contains(body.spawnVariant) else {
            return .error(400, "unknown spawn_variant: \(body.spawnVariant)")
        }
        // As the real one does, without a word.
        body.cpu = min(max(body.cpu, 1), 16)
        body.memoryMB = min(max(body.memoryMB, 512), 65_536)
        body.ttlSeconds = min(max(body.ttlSeconds, 60), 86_400)
        guard vms.count < settings.maximumVMs else {
            return .error(500, "no capacity: \(vms.count) VMs are running")
        }
        do {
            let life = try makeLife(of: body)
            // The guest has what it needs; secrets are not kept beside it.
            body.guestAutostart = .init(command: "", env: [:], files: [:])
            let id = "vm-\(Hex.encode(try random.bytes(4)))"
            var vm = VM(number: nextNumber, request: body, createdAt: Date())
            nextNumber += 1
            vm.life = Task {
                await life()
                // The VM has reached its time to live and is reaped.
                if !Task.isCancelled { self.forget(id) }
            }
            vms[id] = vm
            for listener in creationListeners { listener.finish() }
            creationListeners = []
            if settings.failsLate { return .error(500, "failed to set up the guest's network") }
            return .json(200, record(id, vm))
        } catch {
            return .error(500, "guest_autostart: \(error)")
        }
    }

    private func forget(_ id: String) { vms[id] = nil }

    private func remove(_ id: String) async {
        guard let vm = vms.removeValue(forKey: id) else { return }
        vm.life?.cancel()
        await vm.life?.value
    }

    /// The work that runs in the VM, limited by its time to live.
    private func makeLife(of request: CreateVMRequest) throws -> @Sendable () async -> Void {
        let guest = try Guest(request, relays: relays)
        let (settings, clock, directory, template, faults) = (settings, clock, directory, template, faults)
        let (guests, lifetime) = (guests, Duration.seconds(request.ttlSeconds))
        return {
            // A guest ends by cancellation or when its time to live is over; the error does not matter in
            // either case.
            try? await withDeadline(lifetime, clock: clock) {
                let agent = await template()
                try await clock.sleep(for: agent.boot)
                if let command = settings.guest {
                    try await GuestProcess.run(
                        command, guest, rules: agent.rules, in: directory, groups: guests)
                } else {
                    var behaviour = MockAgent.Behaviour(rules: { await template().rules }, faults: faults)
                    behaviour.offersForeignKey = agent.offersForeignKey
                    try await MockAgent(
                        key: guest.key, relays: guest.relays, owner: guest.owner, behaviour: behaviour
                    ).run()
                }
                // A VM whose agent has exited continues to exist until it is removed.
                try await clock.sleep(for: lifetime)
            }
        }
    }
}
