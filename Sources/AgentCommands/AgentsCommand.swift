import AgentCore
import Scripting
import Vocabulary

/// `agents`
struct AgentsCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription(
            "agents", "lists what was started at providers and not removed, as the ledger knows it")
        description.aliases = ["vms"]
        description.results = [("count", "how many"), ("ids", "their ids")]
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        let entries = await (try script.agents).workspace.environment.ledger.open
        let lines = entries.map { entry in
            "\(entry.id ?? "(unknown id)")  \(entry.provider) \(entry.kind)  \(entry.change.word)  \(entry.url)"
        }
        await script.emit(.result(rows: lines.isEmpty ? ["nothing is running"] : lines))
        return ["count": .number(entries.count), "ids": .list(entries.compactMap(\.id).map(EventValue.text))]
    }
}
