import Vocabulary

/// `step TITLE`
struct StepCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription("step", "begins a part of the script")
        description.isDeclaration = true
        description.repetition = .instant
        description.words = .text("TITLE", required: true)
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        await script.begin(step: call.text)
        await script.emit(.step(title: call.text, at: call.range))
        return [:]
    }
}
