import Vocabulary

/// `expect $x == 3`, and with subjects that the host brings: `expect reply …`, `expect no reply for=5s`
public struct ExpectCommand: Command {
    static let defaultLimit: Duration = .seconds(30)

    private let subjects: [any ExpectSubject]

    /// - Parameter subjects: what can be waited for, beside comparisons and what every host has: jobs and HTTP.
    public init(subjects: [any ExpectSubject] = []) {
        self.subjects = subjects + [EventSubject.exit, LogSubject(), EventSubject.http]
    }

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
        description.variables = subjects.filter(\.setsVariable).map(\.name)
        description.examples = subjects.flatMap(\.examples) + ["expect $r.status == 200"]
        if !subjects.isEmpty {
            description.parameters = [
                Parameter(
                    "from", .text,
                    "start looks at everything since the session began"
                        + (subjects.compactMap(\.senders).first.map { "; \($0)" } ?? "")),
                Parameter(
                    "for", .duration(unit: .seconds, seconds: 0...86_400), "how long nothing may come",
                    default: "5s"),
                Parameter(
                    "settled", .duration(unit: .seconds, seconds: 0...86_400),
                    "waits until nothing more has come for this long; the last one counts"),
            ]
            var seen = Set<String>()
            description.results = subjects.flatMap(\.results).filter { seen.insert($0.name).inserted }
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

    public func requirements(of call: WrittenCall) -> Set<Requirement> {
        awaited(call.words)?.requirements ?? []
    }

    /// Whether the words wait for a subject, and which.
    private func awaited(_ words: [Word]) -> (any ExpectSubject)? {
        let bare = words.map(\.bare)
        return subject(bare.first == "no" ? bare.dropFirst().first ?? nil : bare.first ?? nil)
    }

    public func longestTime(_ call: WrittenCall) -> Duration? {
        guard awaited(call.words) != nil else { return .zero }
        guard call.words.first?.bare == "no" else { return Self.defaultLimit }
        return call.parameters["for"]?.literal.flatMap { DurationText.parse($0, bareUnit: .seconds) }
            ?? .seconds(5)
    }

    /// The groups of a pattern are fields.
    public func hasOpenResults(_ call: WrittenCall) -> Bool {
        call.words.dropFirst().contains { $0.bare == Comparison.matches.rawValue }
    }

    public func ignoresJobs(_ call: WrittenCall) -> Bool {
        awaited(call.words).map { !$0.endsWithJobs } ?? false
    }

    public func repetition(of call: WrittenCall) -> Repetition {
        if awaited(call.words) != nil { return .waits }
        // Matching may take long: timeout= bounds it.
        let isMatch = call.words.dropFirst().first?.bare == Comparison.matches.rawValue
        return isMatch ? .never : .instant
    }

    public func problem(in call: WrittenCall) -> WordProblem? {
        let words = call.words
        let bare = words.map(\.bare)
        let isSilence = bare.first == "no"
        for (name, word) in call.parameters {
            let isUseful =
                name == "for" ? isSilence : awaited(words) != nil && !(isSilence && name == "settled")
            guard !isUseful else { continue }
            let advice = subjects.first.map {
                name == "for" ? "it goes with: expect no \($0.name)" : "it goes with: expect \($0.name)"
            }
            return WordProblem("\(name)= has no effect here", at: word, hints: [advice].compactMap { $0 })
        }
        if let word = call.parameters["from"], let text = word.literal, let subject = awaited(words) {
            do {
                try check(try ExpectedFrom(text), subject)
            } catch {
                let failure = Failure(error)
                return WordProblem(failure.message, at: word, hints: failure.hints)
            }
        }
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
            if words.count >= 3, bare[1] == "=" {
                return WordProblem("a comparison is written with ==", at: words[1], hints: ["expect $x == 3"])
            }
            let names = subjects.map(\.name).joined(separator: ", ")
            return WordProblem(
                "this cannot be expected", at: words.first,
                hints: [
                    "write a comparison such as expect $x == 3",
                    "or expect WHAT …, expect no WHAT for=5s; WHAT is \(names)",
                ])
        }
        let right = words.dropFirst(2)
        if operation == "matches", words.count == 3, let pattern = words[2].literal,
            PatternText.compile(pattern) == nil
        {
            return WordProblem("\(pattern) is not a valid regular expression", at: words[2])
        }
        guard let left = words[0].bare, right.allSatisfy({ $0.literal != nil }) else { return nil }
        return FixedTexts.problem(left, at: words[0], among: subjects.map(\.name))
    }

    private func check(_ origin: ExpectedFrom, _ subject: any ExpectSubject) throws(Failure) {
        guard let name = origin.sender else { return }
        guard let senders = subject.senders else {
            throw Failure(.usage, "from=\(name): only from=start is known to expect \(subject.name)")
        }
        if let problem = subject.problem(withSender: name) {
            throw Failure(.usage, problem, hints: ["from= is start, or: \(senders)"])
        }
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
            PatternText.compile(pattern) == nil
        {
            return WordProblem(
                "\(pattern) is not a valid regular expression", at: words[2],
                hints: ["it is written between slashes: /re/"])
        }
        return nil
    }

    public func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        // What the line means is decided by what is written, never by the value of a variable.
        let bare = call.rawWords.map(\.bare)
        let origin = try ExpectedFrom(call.values.text("from"))
        if bare.count == 2, bare[0] == "no", let subject = subject(bare[1]) {
            try check(origin, subject)
            guard call.within == nil else {
                throw Failure(.usage, "expect no \(subject.name) takes for=, not within=")
            }
            try await subject.expectNone(
                for: call.values.duration("for") ?? .seconds(5), from: origin, in: script)
            return [:]
        }
        if let given = ["for"].first(where: call.values.given.contains) {
            throw Failure(
                .usage, "\(given)= has no effect here",
                hints: ["it goes with expect no \(subjects.first?.name ?? "")"])
        }
        guard let subject = subject(bare.first ?? nil) else {
            if let given = call.values.given.first {
                throw Failure(.usage, "\(given)= has no effect on a comparison")
            }
            return try await compare(call)
        }
        try check(origin, subject)
        let test = try TextTest(call.rawWords.dropFirst())
        let limit = call.within ?? script.limit(Self.defaultLimit)
        var fields: [String: EventValue]
        if let quiet = call.values.duration("settled") {
            fields = try await settled(subject, test, within: limit, from: origin, for: quiet, in: script)
        } else {
            fields = try await subject.expect(test, within: limit, from: origin, in: script)
        }
        if case .matches(let pattern) = test, let text = fields["text"]?.description {
            // What came last need not match: then its groups are empty.
            let groups = try await PatternMatch.groups(text, pattern) ?? [:]
            let none = PatternMatch.names(in: pattern).map { ($0, EventValue.none) }
            fields.merge(groups.merging(none) { own, _ in own }) { own, _ in own }
        }
        if subject.setsVariable { await script.set(subject.name, .record(fields)) }
        return fields
    }

    /// One that passes, and all that follow it until it is quiet, all within the limit.
    private func settled(
        _ subject: any ExpectSubject, _ test: TextTest, within limit: Duration, from origin: ExpectedFrom,
        for quiet: Duration, in script: Interpreter
    ) async throws -> [String: EventValue] {
        let next = origin.fromCursor
        return try await withDeadline(limit + quiet, clock: script.host.clock) {
            var fields = try await subject.expect(test, within: limit, from: origin, in: script)
            while true {
                do {
                    try await subject.expectNone(for: quiet, from: next, in: script)
                    return fields
                } catch let failure as Failure where failure.code == .mismatch {
                    fields = try await subject.expect(.any, within: quiet, from: next, in: script)
                }
            }
        }
    }

    private func compare(_ call: CommandCall) async throws -> [String: EventValue] {
        guard call.words.count >= 3,
            let comparison = call.rawWords[1].bare.flatMap(Comparison.init(rawValue:))
        else {
            throw Failure(.usage, "a comparison has three parts: expect $x == 3")
        }
        let right = call.words.dropFirst(2).joined(separator: " ")
        if comparison == .matches, let groups = try await PatternMatch.groups(call.words[0], right) {
            return groups
        }
        guard try await Truth.holds(call.words[0], comparison, right) else {
            throw Failure(
                .mismatch,
                "\"\(call.words[0].cut(to: 200))\" \(comparison.rawValue) \"\(right.cut(to: 200))\" does not hold"
            )
        }
        return [:]
    }
}
