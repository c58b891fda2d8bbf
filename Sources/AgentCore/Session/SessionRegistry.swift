import Vocabulary

/// The sessions of a run by name, and which one is in use.
package actor SessionRegistry {
    private let workspace: Workspace
    private var sessions: [String: AgentSession] = [:]
    private var order: [String] = []
    private var current: String?
    private var isConnected = false
    /// Where there are no names yet.
    private static let defaultName = "main"

    package init(workspace: Workspace) { self.workspace = workspace }

    package var currentName: String? { current }

    /// The session of that name; nil takes the one in use, and makes one where there is none.
    ///
    /// - Throws: `Failure` (usage) with the names that exist.
    package func session(named name: String?) throws -> AgentSession {
        guard let name = name ?? current else { return make(Self.defaultName) }
        guard let session = sessions[name] else {
            throw Failure(
                .usage, "there is no session \(name)",
                hints: [
                    order.isEmpty ? "there are no sessions yet" : "known: \(order.joined(separator: ", "))"
                ])
        }
        return session
    }

    private func make(_ name: String) -> AgentSession {
        let session = AgentSession(name: name, environment: workspace.environment)
        sessions[name] = session
        order.append(name)
        current = name
        return session
    }

    /// A session for a new agent, or for a group of an earlier run; it becomes the one in use. The first one connects to the relays.
    ///
    /// - Returns: also whether it was made just now.
    package func open(named name: String?) async throws -> (session: AgentSession, isNew: Bool) {
        if !isConnected {
            isConnected = true
            await workspace.connect()
        }
        guard let name = name ?? current else { return (make(Self.defaultName), true) }
        guard let known = sessions[name] else { return (make(name), true) }
        current = name
        return (known, false)
    }

    /// Takes a session back that came to nothing; the one before is in use again.
    package func discard(_ name: String, returningTo previous: String?) {
        sessions[name] = nil
        order.removeAll { $0 == name }
        current = previous
    }

    /// Makes a session of that name the one in use.
    ///
    /// - Throws: `Failure` (usage) when there is none.
    package func use(_ name: String) throws {
        _ = try session(named: name)
        current = name
    }

    /// All of them, the one in use first.
    package var all: [AgentSession] {
        let names = [current].compactMap { $0 } + order.filter { $0 != current }
        return names.compactMap { sessions[$0] }
    }

    package func close() async { for session in sessions.values { await session.close() } }
}
