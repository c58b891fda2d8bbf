import Vocabulary

/// `again [key=value]…`: the prompt puts the last line in its place before anything runs.
struct AgainCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription("again", "runs the last line again, with changes")
        description.aliases = ["retry", "!!"]
        description.words = .raw("[key=value]…")
        description.repetition = .instant
        description.details = [
            "key=value changes what is there, or adds it. At the prompt only; in a script, `within=` and `repeat` say what is tried again."
        ]
        description.examples = ["again", "again within=60s", "retry cpu=2"]
        description.onlyLooks = true
        return description
    }

    func problem(in call: WrittenCall) -> WordProblem? {
        WordProblem(
            "again is for the prompt, where it runs the last line", at: nil,
            hints: ["in a script: write the command once more, use within=, or repeat"])
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        throw Failure(.usage, "there is no line that could run again")
    }
}
