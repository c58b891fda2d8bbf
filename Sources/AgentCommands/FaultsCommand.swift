import AgentCore
import Scripting
import Vocabulary

/// `faults`
struct FaultsCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription(
            "faults", "lists what goes wrong on purpose, and how often it has")
        description.repetition = .instant
        description.results = [("count", "how many rules"), ("injected", "how often they have acted")]
        description.onlyLooks = true
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        guard let faults = try script.agents.faults else {
            await script.emit(.result("no faults: they need --mock or --allow-faults"))
            return ["count": .number(0), "injected": .number(0)]
        }
        let rules = await faults.rules
        let rows = rules.map { "\($0.rule)  injected \($0.injected == 1 ? "once" : "\($0.injected) times")" }
        await script.emit(.result(rows: rows.isEmpty ? ["no faults"] : rows))
        return [
            "count": .number(rules.count), "injected": .number(rules.reduce(0) { $0 + $1.injected }),
        ]
    }
}
