import AgentCore
import Scripting
import Vocabulary

/// `messages`
struct MessagesCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription("messages", "shows the conversation so far")
        description.repetition = .instant
        description.requirements = [.group]
        description.parameters = [Parameter("last", .integer(1...10_000), "how many", default: "50")]
        description.results = [("count", "how many there are"), ("texts", "their texts")]
        description.onlyLooks = true
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        let session = try await script.currentSession()
        let shown = await session.transcript.suffix(call.values.integer("last") ?? 50)
        let lines = shown.map { "\(ClockText.time($0.time)) \($0.speaker)  \($0.text)" }
        await script.emit(.result(rows: lines.isEmpty ? ["no messages yet"] : lines))
        return ["count": .number(shown.count), "texts": .list(shown.map { .text($0.text) })]
    }
}
