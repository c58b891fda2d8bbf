import Vocabulary

/// `skip WHY`
struct SkipCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription("skip", "ends the script here; it counts as skipped")
        description.repetition = .instant
        description.words = .text("WHY", required: true)
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        await script.emit(.skipped(why: call.text))
        throw ScriptEnd.skipped(why: call.text)
    }
}
