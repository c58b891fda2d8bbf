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

    /// The commands that remove what still runs, for when there is no time left to do it.
    func manualCommands() async -> [String] {
        var commands: [String] = []
        for session in await host.sessions() where await session.state.isRunning {
            commands += await session.manualRemoval
        }
        return commands
    }
}
