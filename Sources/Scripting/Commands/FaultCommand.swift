import AgentCore

/// `fault STAGE status=503 | latency=2s | hang | reset | drop | dup`
struct FaultCommand: Command, WordChecking {
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
        description.details = FaultStage.allCases.map { stage in
            "\(stage.rawValue): \(stage.kinds.map(\.rawValue).joined(separator: ", "))"
        }
        return description
    }

    func problem(in words: [Word]) -> Diagnostic? {
        guard let name = words.first?.literal else { return nil }
        func fail(_ message: String, _ word: Word, _ known: [String]) -> Diagnostic {
            let nearest = Suggestion.nearest(to: word.literal ?? "", among: known)
            return Diagnostic(
                code: .usage, message: message, range: word.range,
                notes: (nearest.map { ["did you mean \($0)?"] } ?? [])
                    + ["known: \(known.joined(separator: ", "))"])
        }
        if name == "clear" { return nil }
        guard let stage = FaultStage(rawValue: name) else {
            return fail(
                "there is no stage \(name)", words[0], FaultStage.allCases.map(\.rawValue) + ["clear"])
        }
        for word in words.dropFirst() {
            guard let kind = word.literal else { continue }
            let known = stage.kinds.filter { ![.status, .latency].contains($0) }.map(\.rawValue)
            if !known.contains(kind) { return fail("\(kind) is no fault at \(name)", word, known) }
        }
        return nil
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        if call.words == ["clear"] {
            try await script.host.fault(nil)
            return [:]
        }
        var values: [String: String] = [:]
        for name in ["status", "retry-after", "times", "after", "seed"] {
            values[name] = call.values.integer(name).map(String.init)
        }
        values["p"] = call.values.text("p")
        for name in ["latency", "jitter"] {
            values[name] = call.values.duration(name).map { "\($0.milliseconds)ms" }
        }
        try await script.host.fault(FaultRule(words: call.words, values: values))
        return [:]
    }
}

extension Duration {
    var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
