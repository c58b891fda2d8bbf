import Vocabulary

/// `sleep 2s`
struct SleepCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription("sleep", "waits for a time; prefer within= and expect")
        description.words = .list("TIME", required: true)
        description.repetition = .never
        description.examples = ["sleep 2s"]
        return description
    }

    func problem(in call: WrittenCall) -> WordProblem? {
        let words = call.words
        guard
            words.count > 1
                || words.first?.literal.map({ DurationText.parse($0, bareUnit: .seconds) == nil }) ?? false
        else {
            return nil
        }
        return WordProblem("sleep takes one time, such as 500ms, 2s or 5m", at: words.first)
    }

    func longestTime(_ call: WrittenCall) -> Duration? {
        call.words.first?.literal.flatMap { DurationText.parse($0, bareUnit: .seconds) }
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        guard call.words.count == 1, let time = DurationText.parse(call.words[0], bareUnit: .seconds),
            time <= .seconds(86_400)
        else { throw Failure(.usage, "sleep is written: sleep 2s (up to 24h)") }
        try await script.host.clock.sleep(for: time)
        return [:]
    }
}
