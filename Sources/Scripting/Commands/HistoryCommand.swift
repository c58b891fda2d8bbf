import Vocabulary

/// `history`
struct HistoryCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription("history", "lists the lines typed at the prompt")
        description.repetition = .instant
        description.parameters = [Parameter("last", .integer(1...10_000), "how many", default: "50")]
        description.results = [("count", "how many"), ("lines", "the lines")]
        description.onlyLooks = true
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        guard let history = script.history else {
            throw Failure(.usage, "no history is kept here", hints: ["the mock world leaves nothing behind"])
        }
        let lines = history.lines().suffix(call.values.integer("last") ?? 50)
        await script.emit(.result(lines.isEmpty ? "no history yet" : lines.joined(separator: "\n")))
        return ["count": .number(lines.count), "lines": .list(lines.map(EventValue.text))]
    }
}
