import AgentCore
import Cryptography
import Foundation
import Marmot
import Mocks
import Nostr
import Providers
import Scripting

/// The real world behind scripts, shell and `agent new`: state directory, identity, relays, providers; or the mock world.
actor LiveHost: ScriptHost {
    nonisolated let log: EventLog
    nonisolated let clock: any Clock<Duration> = ContinuousClock()
    nonisolated let isTerminal: Bool
    nonisolated let variables: [String: String]
    nonisolated let providers: [ProviderDescription]
    nonisolated let jobDirectory: String
    /// Milliseconds since 1970.
    nonisolated let startedAt = LiveHost.milliseconds()
    nonisolated let environment: SessionEnvironment
    nonisolated let world: MockWorld?
    nonisolated var isMock: Bool { world != nil }

    private let stateDirectory: StateDirectory
    /// Removed at the end: a mock run leaves nothing behind.
    private let temporaryDirectory: String?
    private let httpClient: any HTTPClient
    /// Faults outside of the mock world, where they were allowed.
    private let liveFaults: LiveFaults?
    private var sessionsByName: [String: AgentSession] = [:]
    private var order: [String] = []
    private var current: String?
    private var hasStarted = false

    /// Opens (or makes) the state and, for mocks, the world.
    static func make(
        _ configuration: Configuration, isMock: Bool, log: EventLog, allowsFaults: Bool = false
    ) async throws -> LiveHost {
        guard isMock else {
            return try LiveHost(
                configuration, log: log, directory: configuration.stateDirectory, temporary: nil, world: nil,
                allowsFaults: allowsFaults)
        }
        for relay in configuration.explicitRelays ?? [] where !relay.isLoopback {
            throw Failure(
                .usage, "\(relay) is not on this machine: with --mock nothing leaves it",
                hints: ["name a relay on 127.0.0.1, or none"])
        }
        let base = (configuration.environment["TMPDIR"] ?? "/tmp") + "/pikachat-mock-XXXXXX"
        var template = Array(base.utf8CString)
        guard mkdtemp(&template) != nil else { throw FileError(base, "cannot create a temporary directory") }
        let directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let world = try MockWorld(relays: configuration.explicitRelays, directory: directory)
        await world.start()
        return try LiveHost(configuration, log: log, directory: directory, temporary: directory, world: world)
    }

    private init(
        _ configuration: Configuration, log: EventLog, directory: String, temporary: String?,
        world: MockWorld?, allowsFaults: Bool = false
    ) throws {
        self.log = log
        self.world = world
        temporaryDirectory = temporary
        stateDirectory = try StateDirectory(path: directory)
        jobDirectory = stateDirectory.path
        variables = configuration.environment
        isTerminal = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1
        let liveFaults = allowsFaults ? LiveFaults() : nil
        self.liveFaults = liveFaults
        var http: any HTTPClient = FoundationHTTPClient()
        if let liveFaults { http = FaultyHTTPClient(inner: http, faults: liveFaults, clock: clock) }
        httpClient = http
        providers = ProviderCatalogue.all(http: http)
        let random = SystemRandom()
        let journal = try Journal(path: stateDirectory.file("journal.ndjson"))
        log.listen { journal.write($0) }
        let key = try Identity.load(from: stateDirectory.file("identity.json"), random: random)
        log.masking.add(Hex.encode(key.secret.exposed()))
        let now: @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970) }
        let client = try MarmotClient(
            key: key, store: FileAccountStore(directory: stateDirectory.path), random: random, now: now)
        var relayEnvironment = RelayEnvironment(
            clock: clock, random: random, authorityFile: configuration.authorityFile)
        relayEnvironment.interference = liveFaults
        let relays = configuration.explicitRelays ?? world.map { [$0.relay.url] } ?? configuration.relays
        let keyPackageRelays = configuration.explicitKeyPackageRelays ?? relays
        let report: @Sendable (RelayReport) -> Void = { report in
            switch report {
            case .connected(let url): log.emit(.relayConnected(url.text))
            case .disconnected(let url, let why): log.emit(.relayDisconnected(url.text, reason: why))
            case .remark(let url, let text): log.emit(.relayRemark(url.text, text: text))
            }
        }
        let pool = RelayPool(relays, environment: relayEnvironment, report: report)
        environment = SessionEnvironment(
            client: client, pool: pool,
            keyPackagePool: Set(keyPackageRelays) == Set(relays)
                ? pool : RelayPool(keyPackageRelays, environment: relayEnvironment, report: report),
            ledger: try ResourceLedger(path: stateDirectory.file("ledger.ndjson")) { Self.milliseconds() },
            log: log,
            clock: clock, random: random, now: now)
    }

    private static func milliseconds() -> Int64 { Int64(Date().timeIntervalSince1970 * 1000) }

    /// Closes everything; live agents were dealt with before.
    func close() async {
        for session in sessionsByName.values { await session.close() }
        await environment.pool.stop()
        if environment.keyPackagePool !== environment.pool { await environment.keyPackagePool.stop() }
        await world?.stop()
        if let temporaryDirectory {
            // What cannot be removed from the temporary directory does no harm there.
            try? FileManager.default.removeItem(atPath: temporaryDirectory)
        }
    }

    // MARK: Sessions

    func session(named name: String?) throws -> AgentSession {
        guard let name = name ?? current else { return try newSession("main") }
        guard let session = sessionsByName[name] else {
            throw Failure(
                .usage, "there is no session \(name)", hints: ["known: \(order.joined(separator: ", "))"])
        }
        return session
    }

    private func newSession(_ name: String) throws -> AgentSession {
        let session = AgentSession(name: name, environment: environment)
        sessionsByName[name] = session
        order.append(name)
        current = name
        return session
    }

    func openSession(named name: String?) async throws -> AgentSession {
        if !hasStarted {
            hasStarted = true
            await environment.pool.start()
            if environment.keyPackagePool !== environment.pool { await environment.keyPackagePool.start() }
        }
        if let name, let known = sessionsByName[name] {
            current = name
            return known
        }
        return try name.map(newSession) ?? session(named: nil)
    }

    func use(_ name: String) throws {
        _ = try session(named: name)
        current = name
    }

    func sessions() -> [AgentSession] {
        let names = [current].compactMap { $0 } + order.filter { $0 != current }
        return names.compactMap { sessionsByName[$0] }
    }

    func provider(_ description: ProviderDescription, _ values: ParameterSet) throws -> any Provider {
        try description.make(
            values,
            providerEnvironment(description.name))
    }

    private nonisolated func providerEnvironment(_ provider: String) -> ProviderEnvironment {
        let world = world
        return ProviderEnvironment(variables: variables, clock: clock, log: log, isMock: isMock) { url in
            // In the mock world the provider's address is the mock's, whatever the script says.
            world.map { Self.rebased(url, on: $0.url(of: provider)) } ?? url
        }
    }

    /// The adapter for something that the ledger remembers.
    nonisolated func provider(for entry: ResourceLedger.Entry) throws -> any Provider {
        guard let description = providers.first(where: { $0.name == entry.provider }) else {
            throw Failure(
                .usage, "the ledger names a provider \(entry.provider), which this pikachat does not know")
        }
        return try description.make(for: entry, providerEnvironment(entry.provider))
    }

    /// The adapter as the environment alone sets it up.
    nonisolated func provider(configured description: ProviderDescription) throws -> any Provider {
        try description.make(
            ParameterSet(description.parameters, given: [:], environment: variables),
            providerEnvironment(description.name))
    }

    /// Whether the environment says that this provider is in use: by its address or its credential.
    nonisolated func isConfigured(_ description: ProviderDescription) -> Bool {
        description.hasOwnAddress(in: variables)
            || description.variables.contains {
                $0.name.hasSuffix("_TOKEN") && !(variables[$0.name] ?? "").allSatisfy(\.isWhitespace)
            }
    }

    private static func rebased(_ url: String, on base: String) -> String {
        guard let parts = URLComponents(string: url) else { return url }
        return base + parts.percentEncodedPath + (parts.percentEncodedQuery.map { "?\($0)" } ?? "")
    }

    func resources() async throws -> [ResourceLedger.Entry] { await environment.ledger.open }

    /// Ids that the ledger accounts for at the control plane of an entry; another may have the same.
    func knownIDs(at entry: ResourceLedger.Entry) async throws -> Set<String> {
        Set(
            try await resources().filter { $0.provider == entry.provider && $0.url == entry.url }
                .compactMap(\.id))
    }

    // MARK: HTTP and mocks

    func http(
        _ method: String, _ url: String, headers: [(name: String, value: String)], body: String?,
        timeout: Duration
    ) async throws -> ScriptHTTPResponse {
        guard let scheme = URL(string: url)?.scheme?.lowercased(), ["http", "https"].contains(scheme) else {
            throw Failure(
                .usage, "\(url.prefix(200)) is no http address",
                hints: ["for example: http get http://127.0.0.1:8080/healthz"])
        }
        var target = url
        if let world {
            guard let routed = world.route(url, addresses: addresses) else {
                throw Failure(
                    .usage, "\(url) is not on this machine: with --mock nothing leaves it",
                    hints: ["use the default address of the control plane, or one on 127.0.0.1"])
            }
            target = routed
        }
        let request = HTTPRequest(
            method, target, headers: headers, body: body.map { Array($0.utf8) }, timeout: timeout,
            purpose: "\(method.lowercased()) \(url)")
        do {
            let response = try await httpClient.send(request)
            return ScriptHTTPResponse(status: response.status, headers: response.headers, text: response.text)
        } catch let failure as HTTPFailure {
            throw Failure(failure.code, "\(method) \(url): \(failure.cause)", canHeal: failure.canHeal)
        }
    }

    /// Where the control planes are said to be, by provider.
    private nonisolated var addresses: [String: String] {
        var addresses: [String: String] = [:]
        for provider in providers {
            guard let parameter = provider.parameters.first(where: { $0.kind == .url }) else { continue }
            let fromEnvironment = parameter.environment.flatMap { variables[$0] }.flatMap {
                $0.isEmpty ? nil : $0
            }
            addresses[provider.name] = fromEnvironment ?? parameter.defaultText
        }
        return addresses
    }

    func fault(_ rule: FaultRule?) async throws {
        if let world { return await world.fault(rule) }
        guard let liveFaults else {
            throw Failure(
                .usage, "faults outside of the mock world need --allow-faults",
                hints: ["pikachat run --allow-faults FILE", "or try it with --mock"])
        }
        guard let rule else { return await liveFaults.clear() }
        // Like in the mock world: at once, and not only with the next event.
        guard rule.stage == .relay, rule.action == .reset, rule.isUnconditional else {
            return await liveFaults.add(rule)
        }
        await environment.pool.disconnect()
        if environment.keyPackagePool !== environment.pool { await environment.keyPackagePool.disconnect() }
    }

    func configureMock(_ kind: String, _ values: [String: String]) async throws {
        guard let world else { throw Failure(.usage, "this is not the mock world") }
        try await world.configure(kind, values)
    }
}
