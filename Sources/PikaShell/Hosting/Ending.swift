import AgentCore
import Scripting

/// What happens to agents that still run when a script, shell or chat ends.
struct Ending: Sendable {
    let host: LiveHost

    /// Removes or keeps every live agent as asked.
    ///
    /// - Parameter isScript: a script that forgot its agent is told so.
    /// - Returns: failures of removal, and hints for what stays.
    func settle(isScript: Bool) async -> (failures: [Failure], hints: [String]) {
        var failures: [Failure] = []
        var hints: [String] = []
        for session in await host.sessions() {
            guard await session.state.isRunning, let agent = await session.state.agent else { continue }
            do {
                switch await session.exitPolicy {
                case .leaveRunning: hints += try await session.keepRunning()
                case .destroy where await session.hasFailedTeardown:
                    // It was tried and reported; a second try would only repeat both.
                    hints += await session.manualRemoval
                case .destroy:
                    if isScript {
                        host.log.emit(
                            .warning(
                                "\(agent.id) was still running at the end; add `defer teardown` after spawn"))
                    }
                    try await session.teardown()
                }
            } catch {
                failures.append(Failure(error))
            }
        }
        return (failures, hints)
    }

    /// The commands that remove what this run has started, for when there is no time left to do it. The ledger knows more than the
    /// sessions: what is being created right now.
    func manualCommands() async -> [String] {
        let entries: [ResourceLedger.Entry]
        do { entries = try await host.resources() } catch { return ["pikachat agent sweep"] }
        let ours = entries.filter { $0.time >= host.startedAt }
        var commands = ours.filter { $0.change == .created }.compactMap { entry in
            entry.id.flatMap { id in
                try? host.provider(for: entry).manualRemoval(of: ProviderResource(kind: entry.kind, id: id))
            }
        }
        if ours.contains(where: { $0.change == .intent }) {
            commands.append("pikachat agent sweep    (a \(ours.last?.kind ?? "machine") may be on its way)")
        }
        return commands
    }
}
