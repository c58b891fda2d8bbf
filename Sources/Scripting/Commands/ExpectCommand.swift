import Vocabulary

/// `expect $x == 3`, and with subjects that the host brings: `expect reply …`, `expect no reply for=5s`
public struct ExpectCommand: Command {
    static let defaultLimit: Duration = .seconds(30)

    private let subjects: [any ExpectSubject]

    /// - Parameter subjects: what can be waited for, beside comparisons.
    public init(subjects: [any ExpectSubject] = []) { self.subjects = subjects }

    public var description: CommandDescription {
        var description = CommandDescription(
            "expect",
            subjects.isEmpty ? "compares two values" : "waits for something to happen, or compares two values"
        )
        let awaited = subjects.flatMap {
            ["\($0.name) [contains TEXT | matches /RE/ | == TEXT]", "no \($0.name)"]
        }
        description.words = .list((awaited + ["A OP B"]).joined(separator: " | "), required: true)
        description.choices = subjects.map(\.name) + (subjects.isEmpty ? [] : ["no"])
        description.showsLastRemark = true
        description.isConfidential = true
        description.ownsWithin = !subjects.isEmpty
        description.isWait = !subjects.isEmpty
        description.variables = subjects.map(\.name)
        description.examples = subjects.flatMap(\.examples) + ["expect $r.status == 200"]
        if !subjects.isEmpty {
            description.parameters = [
                Parameter("from", .choice(["start"]), "looks at everything since the session began"),
                Parameter(
                    "for", .duration(unit: .seconds, seconds: 0...86_400), "how long nothing may come",
                    default: "5s"),
            ]
            description.results = subjects.flatMap(\.results)
        }
        return description
    }

    public func choices(after words: [String], in catalogue: CommandCatalogue) -> [String] {
        switch words.count {
        case 0: description.choices
        case 1 where words[0] == "no": subjects.map(\.name)
        case 1 where subject(words[0]) != nil: TextTest.operators
        default: []
        }
    }

    private func subject(_ name: String?) -> (any ExpectSubject)? { subjects.first { $0.name == name } }

    public func requirements(of words: [Word]) -> Set<Requirement> {
        let bare = words.map(\.bare)
        return (subject(bare.first == "no" ? bare.dropFirst().first ?? nil : bare.first ?? nil))?.requirements
            ?? []
    }

    public func problem(in words: [Word]) -> WordProblem? {
        let bare = words.map(\.bare)
        if bare.first == "no", !subjects.isEmpty {
            guard words.count == 2, subject(bare[1]) != nil else {
                return WordProblem(
                    "expect no is written: expect no \(subjects[0].name) for=5s", at: words.first,
                    hints: ["for= is how long nothing may come"])
            }
            return nil
        }
        if let subject = subject(bare.first ?? nil) { return problem(in: words, of: subject) }
        guard words.count >= 3, let operation = bare[1], Comparison(rawValue: operation) != nil else {
            let forms = subjects.flatMap { ["expect \($0.name) …", "expect no \($0.name) for=5s"] }
            return WordProblem(
                "this cannot be expected", at: words.first,
                hints: [
                    "write "
                        + (forms + ["a comparison such as expect $x == 3"]).joined(separator: ", or ")
                ])
        }
        return nil
    }

    private func problem(in words: [Word], of subject: any ExpectSubject) -> WordProblem? {
        guard words.count > 1 else { return nil }
        guard let operation = words[1].bare, TextTest.operators.contains(operation) else {
            return WordProblem(
                "expect \(subject.name) does not know the test \(words[1].source)", at: words[1],
                hints: ["tests are: contains TEXT, matches /RE/, == TEXT"])
        }
        guard words.count > 2 else {
            return WordProblem(
                "\(operation) needs something to compare with", at: words[1],
                hints: ["for example: expect \(subject.name) contains TEXT"])
        }
        if operation == "matches", words.count == 3, let pattern = words[2].literal,
            (try? Regex(PatternText.body(of: pattern))) == nil
        {
            return WordProblem(
                "\(pattern) is not a valid regular expression", at: words[2],
                hints: ["it is written between slashes: /re/"])
        }
        return nil
    }

    public func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        let looksBack = call.values.text("from") == "start"
        if call.words.count == 2, call.words[0] == "no", let subject = subject(call.words[1]) {
            try await subject.expectNone(
                for: call.values.duration("for") ?? .seconds(5), fromStart: looksBack, in: script)
            return [:]
        }
        guard let subject = subject(call.words.first) else { return try compare(call) }
        let fields = try await subject.expect(
            TextTest(call.words.dropFirst()), within: call.within ?? Self.defaultLimit, fromStart: looksBack,
            in: script)
        await script.set(subject.name, .record(fields))
        return fields
    }

    private func compare(_ call: CommandCall) throws -> [String: EventValue] {
        guard call.words.count >= 3, let comparison = Comparison(rawValue: call.words[1]) else {
            throw Failure(.usage, "a comparison has three parts: expect $x == 3")
        }
        let right = call.words.dropFirst(2).joined(separator: " ")
        guard try Truth.holds(call.words[0], comparison, right) else {
            throw Failure(
                .mismatch,
                "\"\(call.words[0].cut(to: 200))\" \(comparison.rawValue) \"\(right.cut(to: 200))\" does not hold"
            )
        }
        return [:]
    }
}
