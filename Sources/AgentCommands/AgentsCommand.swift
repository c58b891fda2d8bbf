import AgentCore
import Scripting
import Vocabulary

/// `agents`
struct AgentsCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription(
            "agents", "lists what was started at providers and not removed, as the ledger knows it")
        description.aliases = ["vms"]
        description.parameters = [
            Parameter("settle", .flag, "first waits for starts that were interrupted", default: "no")
        ]
        description.results = [
            ("count", "how many"), ("ids", "their ids"), ("kept", "how many of them were kept on purpose"),
        ]
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        if call.values.flag("settle") {
            for session in try await script.agents.sessions.all {
                if let failure = await session.settleInterruptedStarts().first { throw failure }
            }
        }
        let entries = await (try script.agents).workspace.environment.ledger.open
        let lines = entries.map { entry in
            "\(entry.id ?? "(unknown id)")  \(entry.provider) \(entry.kind)  \(entry.change.word)  \(entry.url)"
        }
        await script.emit(.result(rows: lines.isEmpty ? ["nothing is running"] : lines))
        return [
            "count": .number(entries.count), "ids": .list(entries.compactMap(\.id).map(EventValue.text)),
            "kept": .number(entries.filter { $0.change == .kept }.count),
        ]
    }
}
