import Vocabulary

/// The event streams of all files, a JSON object on each line, with the file and its values; then one object for each file, and one for all.
struct JSONReport: Report {
    func text(of suite: TestSuite) -> String {
        var lines: [String] = []
        for result in suite.results {
            let about: [String: EventValue] = [
                "test": .text(result.test.path),
                "matrix": .record(
                    Dictionary(result.test.values.map { ($0.key, .text($0.value)) }) { $1 }),
            ]
            for (number, attempt) in result.tries.enumerated() {
                lines += attempt.records.map { record in
                    record.json(adding: about.merging(["try": .number(number + 1)]) { $1 })
                }
            }
            let end: [String: EventValue] = [
                "event": .text("test.done"), "outcome": .text(result.word),
                "status": .number(Int(result.status)), "ms": .number(result.ms),
                "tries": .number(result.tries.count),
                "why": EventValue(result.skipReason),
            ]
            lines.append(EventValue.record(about.merging(end) { $1 }).json)
        }
        let words = ["passed", "failed", "skipped", "flaky"]
        var total: [String: EventValue] = [
            "event": .text("suite.done"), "ms": .number(suite.ms), "status": .number(Int(suite.status)),
            "seed": suite.seed.map { .text("\($0)") } ?? .none,
        ]
        for word in words { total[word] = .number(suite.count(word)) }
        lines.append(EventValue.record(total).json)
        return lines.joined(separator: "\n") + "\n"
    }
}

extension TestResult {
    /// Why it was skipped; nil when it was not.
    package var skipReason: String? { if case .skipped(let why) = outcome { why } else { nil } }
}
