import AgentCore
import Scripting
import Vocabulary

/// `agents`
struct AgentsCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription(
            "agents", "lists what was started at providers and not removed, and what they say of it")
        description.aliases = ["vms"]
        description.parameters = [
            Parameter("settle", .flag, "first waits for starts that were interrupted", default: "no")
        ]
        description.results = [
            ("count", "how many"), ("ids", "their ids"), ("kept", "how many of them were kept on purpose"),
            ("providers", "who runs each of them"),
            ("gone", "how many of them their providers do not know any more"),
            ("unasked", "how many of them could not be asked about"),
        ]
        description.onlyLooks = true
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        if call.values.flag("settle") {
            for session in try await script.agents.sessions.all {
                if let failure = await session.settleInterruptedStarts().first { throw failure }
            }
        }
        let host = try script.agents
        let entries = await host.workspace.environment.ledger.open
        let states = await host.providers.states(
            of: entries, within: StateCommand.askingLimit, clock: host.clock)
        let lines = zip(entries, states).map { entry, state in
            "\(entry.id ?? "(unknown id)")  \(entry.provider) \(entry.kind)  \(entry.change.word)  provider: \(state.text)  \(entry.url)"
        }
        await script.emit(.result(rows: lines.isEmpty ? ["nothing is running"] : lines))
        return [
            "count": .number(entries.count), "ids": .list(entries.compactMap(\.id).map(EventValue.text)),
            "kept": .number(entries.count { $0.change == .kept }),
            "providers": .list(entries.map { .text($0.provider) }),
            "gone": .number(states.count { $0 == .gone }),
            "unasked": .number(states.count { $0.failure != nil }),
        ]
    }
}
