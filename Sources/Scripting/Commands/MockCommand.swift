import AgentCore

/// `mock agent on=/ping/ reply=pong`, `mock microvm boot=3s guest="…"`
struct MockCommand: Command, WordChecking {
    /// What each part of the mock world can be told.
    package static let kinds: [String: [Parameter]] = [
        "agent": [
            Parameter("on", .pattern, "answers only messages that match; /re/"),
            Parameter("reply", .text, "the answer; {text} stands for the message", positional: false),
            Parameter(
                "boot", .duration(unit: .seconds, seconds: 0...3600), "how long an agent takes to start"),
            Parameter(
                "identity", .choice(["own", "foreign"]), "foreign: its key package is another account's"),
        ],
        "microvm": [
            Parameter(
                "boot", .duration(unit: .seconds, seconds: 0...3600),
                "how long a VM takes before its agent starts"),
            Parameter("guest", .text, "a command that is the guest; {secret} {owner} {relays} are filled in"),
        ],
    ]

    var description: CommandDescription {
        var description = CommandDescription("mock", "shapes the mock world (only with --mock)")
        description.words = .list(Self.kinds.keys.sorted().joined(separator: "|"), required: true)
        description.examples = ["mock agent on=/ping/ reply=pong", "mock microvm boot=3s"]
        return description
    }

    func parameters(firstWord: String?) -> [Parameter] { firstWord.flatMap { Self.kinds[$0] } ?? [] }

    func problem(in words: [Word]) -> Diagnostic? {
        guard let kind = words.first?.literal, Self.kinds[kind] == nil else { return nil }
        return Diagnostic(
            code: .usage, message: "there is no mock \(kind)", range: words[0].range,
            notes: ["known: \(Self.kinds.keys.sorted().joined(separator: ", "))"])
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        guard script.host.isMock else {
            throw Failure(
                .usage, "mock shapes the mock world only",
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
                    "\(Int($0.components.seconds * 1000 + $0.components.attoseconds / 1_000_000_000_000_000))ms"
                }
            default: values[parameter.name] = call.values.text(parameter.name)
            }
        }
        try await script.host.configureMock(kind, values)
        return [:]
    }
}
