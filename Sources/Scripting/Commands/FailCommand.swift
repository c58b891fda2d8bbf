import Vocabulary

/// `fail WHY`
struct FailCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription("fail", "fails the script with this reason")
        description.repetition = .instant
        description.words = .text("WHY", required: true)
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        throw Failure(.mismatch, call.text)
    }
}
