import AgentCore
import Scripting
import Vocabulary

/// `group welcome`
struct GroupWelcomeCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription(
            "group welcome", "sends the agent its Welcome once more, in a new gift wrap")
        description.repetition = .repeatable
        description.requirements = [.group]
        description.results = [("relay", "the first one that took it")]
        description.details = [
            "For an agent that has not been heard since: its Welcome may have been lost. One that has joined takes no notice."
        ]
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        ["relay": .text(try await script.currentSession().resendWelcome())]
    }
}
