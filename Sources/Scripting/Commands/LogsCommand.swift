import Vocabulary

/// `logs NAME`
struct LogsCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription("logs", "shows what a started program has printed")
        description.repetition = .instant
        description.words = .list("NAME", required: true)
        description.maximumWords = 1
        description.naming = Naming("job", creates: false)
        description.parameters = [Parameter("last", .integer(1...10_000), "how many lines", default: "20")]
        description.results = [("text", "the lines")]
        description.onlyLooks = true
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        let process = try await script.jobs.process(call.text)
        let text = process.logTail(lines: call.values.integer("last") ?? 20).joined(separator: "\n")
        await script.emit(.result(text.isEmpty ? "\(call.text) has printed nothing" : text))
        return ["text": .text(text)]
    }
}
