import Vocabulary

/// `quit`
struct QuitCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription("quit", "ends the shell, or the script")
        description.repetition = .instant
        description.aliases = ["exit"]
        description.onlyLooks = true
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        throw ScriptEnd.quit
    }
}
