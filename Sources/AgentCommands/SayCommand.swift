import AgentCore
import Scripting
import Vocabulary

/// `say TEXT`
struct SayCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription("say", "sends a message to the agent, end-to-end encrypted")
        description.words = .text("TEXT", required: true)
        description.requirements = [.group]
        description.repetition = .onlyWithoutEffect
        description.isConfidential = true
        description.results = [
            ("id", "of the message"), ("relay", "the first one that confirmed it"),
            ("text", "as it was sent"),
        ]
        description.examples = ["say hello", "say within=30s key=value is text here"]
        description.asksFor = "reply"
        description.usualLimit = .seconds(30)
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        let session = try await script.currentSession()
        let (message, relay, _) = try await session.say(call.text, isRetry: call.attempt > 1)
        await script.remark("sent \(ClockText.time(message.time)), confirmed by \(relay)", at: call.range)
        return ["id": .text(message.id.hex), "relay": .text(relay), "text": .text(message.text)]
    }
}
