import Vocabulary

/// `pause [WHY]`
struct PauseCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription("pause", "stops here for a person at the terminal")
        description.words = .text("WHY", required: false)
        description.repetition = .instant
        description.isBreakpoint = true
        description.details = [
            "On a terminal the debugger's prompt opens (`pikachat run`, `pikachat debug`); elsewhere, and at the prompt, the script goes on."
        ]
        description.examples = ["pause look at the VM before it goes"]
        description.onlyLooks = true
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] { [:] }
}
