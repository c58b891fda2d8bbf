import AgentCore
import Scripting
import Vocabulary

/// `mock agent on=/ping/ reply=pong`, `mock microvm boot=3s guest="…"`
struct MockCommand: Command {
    /// What can be set for each part of the mock world.
    static let kinds: [String: [Parameter]] = [
        "agent": [
            Parameter("on", .pattern, "answers only messages that match this /re/"),
            Parameter("reply", .text, "the answer; {text} stands for the message"),
            Parameter(
                "boot", .duration(unit: .seconds, seconds: 0...3600), "how long an agent takes to start"),
            Parameter(
                "identity", .choice(["own", "foreign"]), "foreign offers the key package of another account"),
        ],
        "microvm": [
            Parameter(
                "boot", .duration(unit: .seconds, seconds: 0...3600),
                "how long a VM takes before its agent starts"),
            Parameter(
                "guest", .text,
                "a command to run as the guest; {secret} {owner} {relays} are filled in; self boots its real start script with this program as the daemon"
            ),
        ],
    ]

    var description: CommandDescription {
        var description = CommandDescription("mock", "changes how the mock world behaves (only with --mock)")
        description.repetition = .instant
        description.requirements = [.mockWorld]
        description.choices = Self.kinds.keys.sorted()
        description.words = .list(Self.kinds.keys.sorted().joined(separator: "|"), required: true)
        description.examples = ["mock agent on=/ping/ reply=pong", "mock microvm boot=3s"]
        return description
    }

    func parameters(firstWord: String?) -> [Parameter] { firstWord.flatMap { Self.kinds[$0] } ?? [] }

    func problem(in call: WrittenCall) -> WordProblem? {
        let words = call.words
        guard let kind = words.first?.literal, Self.kinds[kind] == nil else { return nil }
        return WordProblem(
            "there is no mock \(kind)", at: words[0],
            hints: ["known: \(Self.kinds.keys.sorted().joined(separator: ", "))"])
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        guard let settings = try script.agents.mockSettings else {
            throw Failure(
                .usage, "mock works in the mock world only",
                hints: ["run the script with --mock, or put the line behind: if $mock:"])
        }
        guard let kind = call.words.first, let parameters = Self.kinds[kind] else {
            throw Failure(.usage, "there is no such mock")
        }
        var values: [String: String] = [:]
        for parameter in parameters {
            switch parameter.kind {
            case .duration:
                values[parameter.name] = call.values.duration(parameter.name).map {
                    "\($0.wholeMilliseconds)ms"
                }
            default: values[parameter.name] = call.values.text(parameter.name)
            }
        }
        try await settings.configure(kind, values)
        return [:]
    }
}
