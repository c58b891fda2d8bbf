import Vocabulary

/// `deferred`
struct DeferredCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription("deferred", "lists what runs at the end, in its order")
        description.repetition = .instant
        description.results = [("count", "how many"), ("commands", "what they are")]
        description.onlyLooks = true
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        let all = await script.deferredAtEnd.reversed()
        let rows = all.map { command in
            command.isElsewhere
                ? command.source : command.source + (command.session.map { "  (session \($0))" } ?? "")
        }
        await script.emit(.result(rows: rows.isEmpty ? ["nothing is deferred"] : rows))
        return [
            "count": .number(all.count),
            "commands": .list(all.map { .text($0.source) }),
        ]
    }
}
