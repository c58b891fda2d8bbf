import AgentCore

/// `fault STAGE status=503 | latency=2s | hang | reset | drop | dup`
struct FaultCommand: Command, WordChecking {
    static let stages = ["http", "spawn", "boot", "keypackage", "group", "relay", "agent", "teardown"]
    private static let actions = ["hang", "reset", "drop", "dup"]

    var description: CommandDescription {
        var description = CommandDescription(
            "fault", "makes something go wrong (mock world, or --allow-faults)")
        description.words = .list("STAGE [hang|reset|drop|dup] | clear", required: true)
        description.parameters = [
            Parameter("status", .integer(100...599), "the control plane answers this; a relay refuses"),
            Parameter("retry-after", .integer(0...3600), "seconds, with status=429 or 503"),
            Parameter("latency", .duration(unit: .milliseconds, seconds: 0...3600), "comes this much later"),
            Parameter(
                "jitter", .duration(unit: .milliseconds, seconds: 0...3600), "and up to this much more"),
            Parameter("times", .integer(1...1_000_000), "how often; always without it"),
            Parameter("after", .integer(0...1_000_000), "how many go well first"),
            Parameter("p", .text, "probability of each, 0 to 1"),
            Parameter("seed", .integer(0...Int.max), "makes p= repeat"),
        ]
        description.examples = [
            "fault spawn status=503 retry-after=1 times=1", "fault relay dup",
            "fault agent latency=500ms times=1", "fault clear",
        ]
        return description
    }

    func problem(in words: [Word]) -> Diagnostic? {
        guard let stage = words.first?.literal else { return nil }
        func fail(_ message: String, _ word: Word, _ known: [String], _ written: String) -> Diagnostic {
            let nearest = Suggestion.nearest(to: written, among: known).map { ["did you mean \($0)?"] } ?? []
            return Diagnostic(
                code: .usage, message: message, range: word.range,
                notes: nearest + ["known: \(known.joined(separator: ", "))"])
        }
        if stage == "clear" { return nil }
        guard Self.stages.contains(stage) else {
            return fail("there is no stage \(stage)", words[0], Self.stages + ["clear"], stage)
        }
        if words.count > 1, let action = words[1].literal, words.count > 2 || !Self.actions.contains(action) {
            return fail("\(action) is no fault", words[1], Self.actions, action)
        }
        return nil
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        guard let stage = call.words.first else { throw Failure(.usage, "fault needs a stage") }
        if stage == "clear" {
            try await script.host.fault(nil, [:])
            return [:]
        }
        var values: [String: String] = [:]
        for name in ["status", "retry-after", "times", "after", "seed"] {
            values[name] = call.values.integer(name).map(String.init)
        }
        if let p = call.values.text("p") {
            guard let number = Double(p), (0...1).contains(number) else {
                throw Failure(.usage, "p=\(p): a number from 0 to 1 is needed")
            }
            values["p"] = p
        }
        if let latency = call.values.duration("latency") { values["latency"] = "\(latency.milliseconds)ms" }
        if let jitter = call.values.duration("jitter") { values["jitter"] = "\(jitter.milliseconds)ms" }
        if call.words.count > 1 { values["action"] = call.words[1] }
        let kinds = ["status", "latency", "action"].filter { values[$0] != nil }
        guard kinds.count == 1 else {
            throw Failure(.usage, "fault needs exactly one of status=, latency=, hang, reset, drop, dup")
        }
        try await script.host.fault(stage, values)
        return [:]
    }
}

extension Duration {
    var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
