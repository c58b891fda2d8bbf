import AgentCore
import Scripting
import Vocabulary

/// `use SESSION`
struct UseCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription("use", "switches to another session")
        description.repetition = .instant
        description.words = .list("SESSION", required: true)
        description.maximumWords = 1
        description.naming = Naming("session", creates: false)
        description.results = [("session", "its name")]
        description.examples = ["spawn microvm session=a", "use a"]
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        try await script.agents.sessions.use(call.text)
        return ["session": .text(call.text)]
    }
}
