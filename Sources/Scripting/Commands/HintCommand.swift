import Vocabulary

/// `hint TEXT`
struct HintCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription("hint", "shows a hint at the end")
        description.repetition = .instant
        description.words = .text("TEXT", required: true)
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        await script.add(hint: call.text)
        return [:]
    }
}
