import Vocabulary

/// `wait NAME`
struct WaitCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription(
            "wait", "waits for a command that runs in the background, and takes its result")
        description.words = .list("NAME", required: true)
        description.maximumWords = 1
        description.repetition = .never
        description.hasOpenResults = true
        description.naming = Naming("background", creates: false, ends: true)
        description.details = [
            "`background NAME: COMMAND` begins it. Its failure is that of the wait; one that nobody waits for makes the script fail at its end.",
            "timeout= limits the wait; the command goes on then.",
        ]
        description.examples = ["background b: spawn fly as=b", "wait b as=b timeout=2m"]
        return description
    }

    func longestTime(_ call: WrittenCall) -> Duration? { nil }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        guard case .record(let fields) = try await script.backgrounds.join(call.text) else { return [:] }
        return fields
    }
}
