import AgentCore
import Scripting
import Vocabulary

/// A host with agents: the workspace, its sessions, the providers, and where faults and mocks are set.
package protocol AgentHost: ScriptHost {
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
    /// A group: the session's, or the one of an earlier run.
    package static let group = Requirement("group")
    /// Better with a group, if there is just one.
    package static let anyGroup = Requirement("any-group")
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
    func currentSession() async throws -> AgentSession { try await agents.sessions.session(named: nil) }
}
