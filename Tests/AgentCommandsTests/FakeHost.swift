import AgentCore
import AgentFakes
import Nostr
import Scripting
import TestSupport
import Vocabulary

@testable import AgentCommands

/// A host with agents at a fake provider, and a relay that nobody answers at.
struct FakeHost: AgentHost {
    let log = EventLog()
    let workspace: Workspace
    let sessions: SessionRegistry
    let providers: ProviderFactory
    let provider: FakeProvider
    let recorded: Recorded
    let clock: any Clock<Duration>
    var faults: (any FaultControl)?
    var mockSettings: (any MockSettings)?
    private let directory: TemporaryDirectory

    /// - Parameters:
    ///   - directory: holds the state.
    ///   - clock: what waits of commands go by.
    ///   - workspaceClock: what the limits of sessions go by.
    init(
        _ provider: FakeProvider = FakeProvider(), directory: TemporaryDirectory = TemporaryDirectory(),
        relays: [RelayURL]? = nil, clock: any Clock<Duration> = ContinuousClock(),
        workspaceClock: any Clock<Duration> = ContinuousClock()
    ) throws {
        (self.provider, self.directory, self.clock) = (provider, directory, clock)
        recorded = Recorded(log)
        workspace = try Workspace(
            .init(directory: directory.path, relays: relays ?? [RelayURL("ws://127.0.0.1:1")]), log: log,
            clock: workspaceClock)
        sessions = SessionRegistry(workspace: workspace)
        let keep = Parameter("keep", .flag, "leaves it running", default: "no")
        providers = .of([.of(provider, parameters: [keep])])
    }

    /// An agent that runs in a session of that name.
    @discardableResult
    func start(_ name: String, id: String, keep: Bool = false) async throws -> AgentSession {
        provider.answer { $0.resources = [ProviderResource(kind: "vm", id: id)] }
        let session = try await sessions.open(named: name).session
        _ = try await session.provision(with: provider, name: nil, keep: keep)
        return session
    }

    func journal(of session: String) throws -> String? { try workspace.earlierJournal(of: session) }

    func close() async {
        await sessions.close()
        await workspace.close()
    }
}
