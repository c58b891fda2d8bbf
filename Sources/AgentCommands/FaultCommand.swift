import AgentCore
import Scripting
import Vocabulary

/// `fault STAGE status=503 | latency=2s | hang | reset | drop | dup`
struct FaultCommand: Command {
    private static let clear = "clear"

    var description: CommandDescription {
        var description = CommandDescription(
            "fault", "makes something go wrong on purpose (in the mock world, or with --allow-faults)")
        description.words = .list("STAGE [hang|reset|drop|dup] | clear", required: true)
        description.repetition = .instant
        description.requirements = [.faults]
        description.choices = FaultStage.allCases.map(\.rawValue) + [Self.clear]
        description.parameters = [
            Parameter(
                "status", .integer(100...599), "the control plane answers with this status; a relay refuses"),
            Parameter("retry-after", .integer(0...3600), "seconds, with status=429 or 503"),
            Parameter(
                "latency", .duration(unit: .milliseconds, seconds: 0...3600), "how much later it comes"),
            Parameter(
                "jitter", .duration(unit: .milliseconds, seconds: 0...3600), "up to this much more, at random"
            ),
            Parameter("times", .integer(1...1_000_000), "how often; without it, always"),
            Parameter("after", .integer(0...1_000_000), "how many succeed first"),
            Parameter("p", .text, "probability of each, from 0 to 1"),
            Parameter("seed", .integer(0...Int.max), "makes the choices of p= repeatable"),
        ]
        description.examples = [
            "fault spawn status=503 retry-after=1 times=1", "fault relay dup",
            "fault agent latency=500ms times=1", "fault clear",
        ]
        description.details = FaultStage.allCases.map { stage in
            "\(stage.rawValue): \(stage.kinds.map(\.rawValue).joined(separator: ", "))"
        }
        return description
    }

    /// Whether an event is a fault line of this stage and kind.
    static func sets(_ stage: FaultStage, _ kind: FaultKind, in event: LogEvent) -> Bool {
        guard event.fields["command"] == .text(FaultCommand().description.name),
            case .list(let arguments)? = event.fields["arguments"]
        else { return false }
        let words = arguments.map(\.description)
        return words.first == stage.rawValue
            && words.dropFirst().contains { $0 == kind.rawValue || $0.hasPrefix(kind.rawValue + "=") }
    }

    func problem(in call: WrittenCall) -> WordProblem? {
        let words = call.words
        guard let name = words.first?.literal else { return nil }
        func fail(_ message: String, _ word: Word, _ known: [String]) -> WordProblem {
            let nearest = Suggestion.nearest(to: word.literal ?? "", among: known)
            return WordProblem(
                message, at: word,
                hints: (nearest.map { ["did you mean \($0)?"] } ?? [])
                    + ["known: \(known.joined(separator: ", "))"])
        }
        if name == Self.clear { return nil }
        guard let stage = FaultStage(rawValue: name) else {
            return fail(
                "there is no stage \(name)", words[0], FaultStage.allCases.map(\.rawValue) + [Self.clear])
        }
        for word in words.dropFirst() {
            guard let kind = word.literal else { continue }
            let known = stage.kinds.filter { ![.status, .latency].contains($0) }.map(\.rawValue)
            if !known.contains(kind) {
                return fail("\(kind) is not a fault of the stage \(name)", word, known)
            }
        }
        return nil
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        guard let faults = try script.agents.faults else {
            throw Failure(
                .usage, "faults outside the mock world need --allow-faults",
                hints: ["pikachat run --allow-faults FILE", "or try it with --mock"])
        }
        if call.rawWords.count == 1, call.rawWords[0].bare == Self.clear {
            await faults.clear()
            return [:]
        }
        var values: [String: String] = [:]
        for name in ["status", "retry-after", "times", "after", "seed"] {
            values[name] = call.values.integer(name).map(String.init)
        }
        values["p"] = call.values.text("p")
        for name in ["latency", "jitter"] {
            values[name] = call.values.duration(name).map { "\($0.wholeMilliseconds)ms" }
        }
        await faults.add(try FaultRule(words: call.words, values: values))
        return [:]
    }
}
