import Vocabulary

/// `only mock|live`: elsewhere the file is skipped.
struct OnlyCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription("only", "skips the rest of the file in the other world")
        description.isDeclaration = true
        description.repetition = .instant
        description.words = .list(World.allCases.map(\.rawValue).joined(separator: "|"), required: true)
        description.maximumWords = 1
        description.choices = World.allCases.map(\.rawValue)
        description.details = [
            "Outside of blocks the whole file is skipped, before its inputs are asked for. Lines behind `only mock` may use mock and fault."
        ]
        description.examples = ["only mock", "only live"]
        return description
    }

    func problem(in call: WrittenCall) -> WordProblem? {
        guard let word = call.words.first, World(rawValue: word.literal ?? "") == nil else { return nil }
        return WordProblem("only is written: only mock, or only live", at: word)
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        guard let world = World(rawValue: call.text) else {
            throw Failure(.usage, "only is written: only mock, or only live")
        }
        guard let why = world.reasonToSkip(isMock: script.host.isMock) else { return [:] }
        await script.emit(.skipped(why: why))
        throw ScriptEnd.skipped(why: why)
    }
}
