import Vocabulary

/// Workflow commands of GitHub Actions (docs.github.com, "Workflow commands"): a group and an annotation for each file that failed. GitHub
/// shows ten annotations of a step: nine are failures, the tenth says how many more there are.
struct GitHubReport: Report {
    private static let annotations = 9

    func text(of suite: TestSuite) -> String {
        let failed = suite.results.filter(\.isFailed)
        var lines: [String] = []
        for result in failed {
            lines.append("::group::\(Self.data(result.test.title))")
            // A line of the log must not be taken for a command.
            lines += FailureReport.text(of: result).split(separator: "\n").map { Self.harmless(String($0)) }
            lines.append("::endgroup::")
        }
        lines += failed.prefix(Self.annotations).map(Self.annotation)
        if failed.count > Self.annotations {
            let rest = failed.count - Self.annotations
            lines.append(
                "::error title=\(rest) more failed::\(Self.data(failed.dropFirst(Self.annotations).map(\.test.title).joined(separator: ", ").cut(to: 1000)))"
            )
        }
        lines += suite.results.filter { $0.word == "flaky" }.map { result in
            "::warning file=\(Self.property(result.test.path)),title=flaky::\(Self.data("\(result.test.title) passed in try \(result.tries.count)"))"
        }
        return lines.isEmpty ? "" : lines.joined(separator: "\n") + "\n"
    }

    /// A line that the runner takes for no command: it looks behind leading blanks, and knows an older form, too.
    static func harmless(_ line: String) -> String {
        let text = line.drop(while: \.isWhitespace)
        guard text.hasPrefix("::") || text.hasPrefix("##[") else { return line }
        return String(line.prefix(line.count - text.count)) + "\u{200b}" + text
    }

    private static func annotation(_ result: TestResult) -> String {
        let event = result.transcript.failures.first?.event
        let file = event?.file ?? result.test.path
        let line = event?.line.map { ",line=\($0)" } ?? ""
        let message = event?.fields["message"]?.description ?? "ended with status \(result.status)"
        return
            "::error file=\(property(file))\(line),title=\(property(result.test.title))::\(data(message))"
    }

    private static func data(_ text: String) -> String {
        text.replacing("%", with: "%25").replacing("\r", with: "%0D").replacing("\n", with: "%0A")
    }

    private static func property(_ text: String) -> String {
        data(text).replacing(":", with: "%3A").replacing(",", with: "%2C")
    }

    /// The step summary, in Markdown.
    static func summary(of suite: TestSuite) -> String {
        func cell(_ text: String) -> String {
            // Everything from outside stands in code, where only a backtick and the cell's own bar mean something.
            "`" + VisibleText.line(text).replacing("`", with: "'").replacing("|", with: "\\|") + "`"
        }
        var lines = ["### pikachat test: \(suite.totals)", "", "| | file | time | |", "|---|---|---|---|"]
        let order = ["failed", "flaky", "skipped", "passed"]
        let sorted = order.flatMap { word in suite.results.filter { $0.word == word } }
        for result in sorted.prefix(200) {
            let sign = ["failed": "❌", "flaky": "⚠️", "skipped": "⏭", "passed": "✅"][result.word] ?? ""
            let message =
                result.skipReason
                ?? (result.isFailed
                    ? result.transcript.failures.first?.event.fields["message"]?.description : nil)
            lines.append(
                "| \(sign) | \(cell(result.test.title)) | \(Duration.milliseconds(result.ms).inSeconds) | \(message.map { cell($0.cut(to: 200)) } ?? "") |"
            )
        }
        if sorted.count > 200 { lines.append("| | and \(sorted.count - 200) more | | |") }
        return lines.joined(separator: "\n") + "\n"
    }
}
