import AgentCore
import Scripting
import Vocabulary

/// A host with agents: the workspace, its sessions, the providers, and where faults and mocks are set.
package protocol AgentHost: ScriptHost, EventExplaining, WaitTelling, JournalKeeping, NameTelling {
    var workspace: Workspace { get }
    var sessions: SessionRegistry { get }
    var providers: ProviderFactory { get }
    /// Nil where faults were not allowed.
    var faults: (any FaultControl)? { get }
    /// Nil outside the mock world.
    var mockSettings: (any MockSettings)? { get }
}

/// What `mock KIND key=value…` changes.
package protocol MockSettings: Sendable {
    func configure(_ kind: String, _ values: [String: String]) async throws
}

extension Requirement {
    /// An agent, whoever started it.
    static let agent = Requirement("agent", missing: "an agent", first: "spawn PROVIDER")
    static let keyPackage = Requirement(
        "keypackage", missing: "the agent's key package", first: "wait-keypackage", after: agent)
    /// A group: the session's, or the one of an earlier run.
    package static let group = Requirement(
        "group", missing: "a group", first: "group create", after: keyPackage)
    /// Better with a group, if there is just one; works without.
    package static let anyGroup = Requirement("any-group", isOfHost: true)
    /// The mock world.
    package static let mockWorld = Requirement(
        "mock", missing: "the mock world",
        first: "run the script with --mock, or put the line behind: if $mock:", isOfHost: true,
        isOnlyOfMocks: true)
    /// Leave to make things go wrong.
    package static let faults = Requirement(
        "faults", missing: "the mock world, or --allow-faults",
        first: "run it with --mock or --allow-faults, or put the line behind: if $mock:", isOfHost: true,
        isOnlyOfMocks: true)
}

extension Interpreter {
    /// The host, for commands that need agents.
    ///
    /// - Throws: `Failure` (usage) in a shell that has none.
    nonisolated var agents: any AgentHost {
        get throws {
            guard let agents = host as? any AgentHost else {
                throw Failure(.usage, "this shell has no agents")
            }
            return agents
        }
    }

    /// The session in use.
    nonisolated func currentSession() async throws -> AgentSession {
        try await agents.sessions.session(named: SessionScope.name)
    }
}
