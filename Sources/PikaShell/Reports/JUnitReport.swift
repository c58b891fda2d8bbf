import Vocabulary

/// JUnit XML that fits both schemas in use: Ant's (JUnit.xsd by windyroad) and Jenkins' (junit-10.xsd of the xUnit plugin), but for
/// `flakyFailure` and `rerunFailure`, which only the latter has. A file is a suite, a step is a case.
struct JUnitReport: Report {
    let about: ReportContext

    func text(of suite: TestSuite) -> String {
        let suites = suite.results.enumerated().map { number, result in self.suite(result, id: number) }
        let counts = suite.results.map(Self.cases)
        let tests = counts.reduce(0) { $0 + $1.count }
        let failures = counts.reduce(0) { $0 + $1.count { $0.isFailed } }
        let head =
            MarkupText.attribute("name", about.program) + MarkupText.attribute("tests", "\(tests)")
            + MarkupText.attribute("failures", "\(failures)") + MarkupText.attribute("errors", "0")
            + MarkupText.attribute("time", MarkupText.seconds(suite.ms))
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites\(head)>\n"
            + suites.joined() + "</testsuites>\n"
    }

    private struct Case {
        let name: String
        let ms: Int
        let failures: [LogEvent]
        let skipped: String?
        /// Failures of tries before the last one.
        var earlier: [LogEvent] = []
        var isFailed: Bool { !failures.isEmpty }
    }

    /// The steps of the try that counts; a file without steps is one case.
    private static func cases(_ result: TestResult) -> [Case] {
        if result.tries.isEmpty, case .skipped(let why) = result.outcome {
            return [Case(name: result.test.title, ms: 0, failures: [], skipped: why)]
        }
        let isSkipped: String? = if case .skipped(let why) = result.outcome { why } else { nil }
        var cases = result.transcript.steps.map { step in
            Case(
                name: step.title ?? (result.transcript.steps.count == 1 ? result.test.title : "start"),
                ms: step.ms, failures: step.failures.map(\.event),
                skipped: step.skipReason)
        }
        if cases.isEmpty {
            cases = [Case(name: result.test.title, ms: result.ms, failures: [], skipped: isSkipped)]
        }
        let earlier = result.tries.dropLast().flatMap(\.failures).map(\.event)
        // Where it failed, as far as that step was reached this time.
        for event in earlier {
            let step = event.fields["step"]?.description ?? ""
            let place = cases.firstIndex { $0.name == step } ?? (step.isEmpty ? 0 : cases.count - 1)
            cases[place].earlier.append(event)
        }
        if result.isFailed, !cases.contains(where: \.isFailed) {
            let words = LogEvent.failure(Failure(.protocolError, "ended with status \(result.status)"))
            cases.append(
                Case(name: "end", ms: 0, failures: [words], skipped: nil))
        } else if let isSkipped, !cases.contains(where: { $0.skipped != nil || $0.isFailed }) {
            let last = cases.removeLast()
            cases.append(
                Case(
                    name: last.name, ms: last.ms, failures: last.failures, skipped: isSkipped,
                    earlier: last.earlier))
        }
        return cases
    }

    private func suite(_ result: TestResult, id: Int) -> String {
        let cases = Self.cases(result)
        let skipped = cases.count { !$0.isFailed && $0.skipped != nil }
        let head =
            MarkupText.attribute("name", result.test.title)
            + MarkupText.attribute("tests", "\(cases.count)")
            + MarkupText.attribute("failures", "\(cases.count { $0.isFailed })")
            + MarkupText.attribute("errors", "0") + MarkupText.attribute("skipped", "\(skipped)")
            + MarkupText.attribute("time", MarkupText.seconds(result.ms))
            // Ant's schema wants the time without its zone; it is UTC.
            + MarkupText.attribute("timestamp", String(MarkupText.time(result.began).dropLast()))
            + MarkupText.attribute("hostname", about.host) + MarkupText.attribute("package", "")
            + MarkupText.attribute("id", "\(id)")
        let about =
            [("file", result.test.path), ("outcome", result.word)]
            + result.test.values.map { ("matrix.\($0.key)", $0.value) }
        let properties = about.map { name, value in
            "      <property\(MarkupText.attribute("name", name))\(MarkupText.attribute("value", value))/>\n"
        }
        let log = FailureReport.folded(result.transcript).joined(separator: "\n")
        return "  <testsuite\(head)>\n"
            + "    <properties>\n\(properties.joined())    </properties>\n"
            + cases.map { text($0, of: result) }.joined()
            + "    <system-out>\(MarkupText.escaped(log))</system-out>\n    <system-err></system-err>\n"
            + "  </testsuite>\n"
    }

    private func text(_ test: Case, of result: TestResult) -> String {
        let head =
            MarkupText.attribute("name", test.name)
            + MarkupText.attribute("classname", result.test.title)
            + MarkupText.attribute("time", MarkupText.seconds(test.ms))
        var inside = ""
        if let skipped = test.skipped, test.failures.isEmpty {
            inside += "      <skipped\(MarkupText.attribute("message", skipped))/>\n"
        }
        inside += test.failures.map { Self.element("failure", $0) }.joined()
        // A file that passed later was flaky; one that did not has failed again.
        let name = result.isFailed ? "rerunFailure" : "flakyFailure"
        inside += test.earlier.map { Self.element(name, $0) }.joined()
        return inside.isEmpty
            ? "    <testcase\(head)/>\n" : "    <testcase\(head)>\n\(inside)    </testcase>\n"
    }

    private static func element(_ name: String, _ event: LogEvent) -> String {
        let message = event.fields["message"]?.description ?? event.text
        let code = event.fields["code"]?.description ?? ""
        return
            "      <\(name)\(MarkupText.attribute("message", message))\(MarkupText.attribute("type", code))>\(MarkupText.escaped(event.text))</\(name)>\n"
    }
}
