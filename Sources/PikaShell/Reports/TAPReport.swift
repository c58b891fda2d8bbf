import Vocabulary

/// TAP version 14 (testanything.org): a file is a subtest, a step is a test point.
struct TAPReport: Report {
    func text(of suite: TestSuite) -> String {
        var lines = ["TAP version 14", "1..\(suite.results.count)"]
        for (number, result) in suite.results.enumerated() {
            lines.append("# Subtest: \(Self.escaped(result.test.title))")
            lines += Self.subtest(result).map { "    " + $0 }
            lines.append(
                Self.point(!result.isFailed, number + 1, result.test.title, Self.directive(result)))
            if result.isFailed { lines += Self.diagnostics(result) }
        }
        if let signal = suite.signal { lines.append("Bail out! interrupted by signal \(signal)") }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func subtest(_ result: TestResult) -> [String] {
        guard !result.tries.isEmpty else { return ["1..0 # SKIP \(escaped(directive(result).reason))"] }
        let steps = result.transcript.steps
        return ["1..\(steps.count)"]
            + steps.enumerated().map { number, step in
                let skip = step.skipReason.map { (word: "SKIP", reason: $0) } ?? (word: "", reason: "")
                return point(step.failures.isEmpty, number + 1, step.title ?? "start", skip)
            }
    }

    private static func directive(_ result: TestResult) -> (word: String, reason: String) {
        switch result.outcome {
        case .skipped(let why): ("SKIP", why)
        case .passed, .failed, .flaky: ("", "")
        }
    }

    private static func point(
        _ isOK: Bool, _ number: Int, _ name: String, _ directive: (word: String, reason: String)
    ) -> String {
        let end = directive.word.isEmpty ? "" : " # \(directive.word) \(escaped(directive.reason))"
        return "\(isOK ? "ok" : "not ok") \(number) - \(escaped(name))\(end)"
    }

    /// A YAML block (TAP 14, "YAML Diagnostics"); every text is a JSON string, which YAML reads as it is.
    private static func diagnostics(_ result: TestResult) -> [String] {
        guard let event = result.transcript.failures.first?.event else {
            return ["  ---", "  status: \(result.status)", "  ..."]
        }
        var lines = ["  ---"]
        for name in ["message", "code", "file", "line", "step"] {
            guard let value = event.fields[name], value != .none else { continue }
            lines.append("  \(name): \(value.json)")
        }
        lines += ["  status: \(result.status)", "  duration_ms: \(result.ms)"]
        lines.append("  again: \(JSONText.quoted(result.test.again))")
        return lines + ["  ..."]
    }

    /// `#` and `\` mean something in a description (TAP 14, "Escaping").
    private static func escaped(_ text: String) -> String {
        VisibleText.line(text).replacing("\\", with: "\\\\").replacing("#", with: "\\#")
    }
}
