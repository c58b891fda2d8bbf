import AgentCommands
import AgentCore
import Foundation
import Mocks
import Nostr
import Providers
import Scripting
import Vocabulary

/// The real world behind scripts, prompt and `agent new`, or the mock world: workspace, sessions, providers and HTTP put together.
struct LiveHost: AgentHost {
    let log: EventLog
    let clock: any Clock<Duration> = ContinuousClock()
    let environment: [String: String]
    let workspace: Workspace
    let sessions: SessionRegistry
    let providers: ProviderFactory
    let faults: (any FaultControl)?
    private let world: MockRun?
    private let scriptHTTP: ScriptHTTPClient
    /// Control planes answer from a cassette.
    private let isReplaying: Bool

    var isMock: Bool { world != nil }
    var mockSettings: (any MockSettings)? { world }
    var jobDirectory: String? { workspace.directory.path }

    /// Opens or creates the state, and the mock world where it is asked for.
    ///
    /// - Parameter tellsHTTP: every exchange is an event.
    static func make(
        _ context: CommandContext, isMock: Bool, allowsFaults: Bool = false, tellsHTTP: Bool = false,
        reel: CassetteReel? = nil
    ) async throws -> LiveHost {
        guard isMock else {
            return try await LiveHost(
                context, world: nil, allowsFaults: allowsFaults, tellsHTTP: tellsHTTP, reel: reel)
        }
        let world = try await MockRun.start(context.configuration)
        do {
            return try await LiveHost(
                context, world: world, allowsFaults: false, tellsHTTP: tellsHTTP, reel: reel)
        } catch {
            await world.stop()
            throw error
        }
    }

    private init(
        _ context: CommandContext, world: MockRun?, allowsFaults: Bool, tellsHTTP: Bool,
        reel: CassetteReel?
    ) async throws {
        let configuration = context.configuration
        log = context.log
        environment = configuration.environment
        self.world = world
        let liveFaults = allowsFaults ? LiveFaults() : nil
        faults = world?.faults ?? liveFaults
        var http = context.http
        if let reel {
            http = reel.client(over: http, clock: clock) { url in world?.isControlPlane(url) ?? false }
            if case .playing(_, let replies) = reel { await world?.say(replies) }
        }
        isReplaying = if case .playing = reel { true } else { false }
        http = TracedHTTPClient(inner: http, log: context.log, clock: clock, emitsEvents: tellsHTTP)
        if let liveFaults { http = FaultyHTTPClient(inner: http, faults: liveFaults, clock: clock) }
        var settings = Workspace.Settings(
            directory: world?.directory ?? configuration.stateDirectory,
            relays: configuration.explicitRelays ?? world.map { [$0.relay] } ?? configuration.relays)
        settings.keyPackageRelays = configuration.explicitKeyPackageRelays
        settings.authorityFile = configuration.authorityFile
        settings.interference = liveFaults
        if world != nil { settings.durability = .none }
        let workspace = try Workspace(settings, log: log, clock: clock)
        self.workspace = workspace
        await liveFaults?.attach { await workspace.breakConnections() }
        sessions = SessionRegistry(workspace: workspace)
        let (variables, clock, log) = (configuration.environment, clock, log)
        let descriptions = ProviderCatalogue.all(http: http)
        providers = ProviderFactory(descriptions) { description in
            guard let world else {
                return ProviderEnvironment(variables: variables, clock: clock, log: log)
            }
            return ProviderEnvironment(
                variables: variables, clock: clock, log: log, isMock: true,
                route: world.route(to: description.name))
        }
        scriptHTTP = ScriptHTTPClient(
            http: http, world: world, providers: descriptions, variables: variables, isReplaying: isReplaying)
    }

    /// Nothing that was created is left.
    var isSettled: Bool { get async { await workspace.environment.ledger.open.isEmpty } }

    /// Closes everything; agents that still ran were dealt with before.
    func close() async {
        await sessions.close()
        await workspace.close()
        await world?.stop()
    }

    func http(_ request: ScriptHTTPRequest) async throws -> ScriptHTTPResponse {
        try await scriptHTTP.send(request)
    }

    func journal(of session: String) throws -> String? {
        try workspace.earlierJournal(of: session)
    }

    func killProcesses() { world?.killGuests() }
}
