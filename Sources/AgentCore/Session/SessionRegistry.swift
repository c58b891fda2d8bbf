import Vocabulary

/// The sessions of a run by name, and which one is in use.
package actor SessionRegistry {
    private let workspace: Workspace
    private var sessions: [String: AgentSession] = [:]
    private var order: [String] = []
    private var current: String?
    /// The one in use in each part that runs beside others.
    private var currentOfBranch: [String: String] = [:]
    private var isConnected = false
    /// Where there are no names yet.
    private static let defaultName = "main"

    package init(workspace: Workspace) { self.workspace = workspace }

    /// In a part that runs beside others, its own, or the one that was in use when the parts began.
    package var currentName: String? { Branch.label.flatMap { currentOfBranch[$0] } ?? current }

    /// The session of that name; nil takes the one in use, and makes one where there is none.
    ///
    /// A part that runs beside others (`Branch`) has sessions of its own, and knows those from before.
    ///
    /// - Throws: `Failure` (usage) with the names that exist.
    package func session(named name: String?) throws -> AgentSession {
        guard let name = name ?? currentName else { return make(Self.defaultName) }
        guard let session = sessions[Self.full(name)] ?? sessions[name] else {
            throw Failure(
                .usage, "there is no session \(name)",
                hints: [
                    order.isEmpty ? "there are no sessions yet" : "known: \(order.joined(separator: ", "))"
                ])
        }
        return session
    }

    /// `a@2`: the session `a` of the part `2`.
    private static func full(_ name: String) -> String {
        guard let branch = Branch.label, !name.hasSuffix("@\(branch)") else { return name }
        return "\(name)@\(branch)"
    }

    private func make(_ name: String) -> AgentSession {
        let name = Self.full(name)
        let session = AgentSession(name: name, environment: workspace.environment)
        sessions[name] = session
        order.append(name)
        setCurrent(name)
        return session
    }

    private func setCurrent(_ name: String?) {
        if let branch = Branch.label { currentOfBranch[branch] = name } else { current = name }
    }

    /// A session for a new agent, or for a group of an earlier run; it becomes the one in use. The first one connects to the relays.
    ///
    /// - Returns: also whether it was made just now.
    package func open(named name: String?) async throws -> (
        session: AgentSession, isNew: Bool
    ) {
        if !isConnected {
            isConnected = true
            await workspace.connect()
        }
        let own = Branch.label.map { currentOfBranch[$0] } ?? current
        guard let name = name ?? own else { return (make(Self.defaultName), true) }
        guard let known = sessions[Self.full(name)] else { return (make(name), true) }
        setCurrent(known.name)
        return (known, false)
    }

    /// Takes a session back that came to nothing; the one before is in use again.
    package func discard(_ name: String, returningTo previous: String?) {
        sessions[name] = nil
        order.removeAll { $0 == name }
        setCurrent(previous)
    }

    /// Makes a session of that name the one in use.
    ///
    /// - Throws: `Failure` (usage) when there is none.
    package func use(_ name: String) throws {
        setCurrent(try session(named: name).name)
    }

    /// All of them, the one in use first.
    package var all: [AgentSession] {
        let names = [current].compactMap { $0 } + order.filter { $0 != current }
        return names.compactMap { sessions[$0] }
    }

    package func close() async { for session in sessions.values { await session.close() } }
}
