import Vocabulary

/// What is shown of a file that failed: its frame, its events from the failing step on, the logs of jobs, and how to run it again.
enum FailureReport {
    /// Events of the failing step; what is further away is in the reports.
    private static let shownEvents = 40

    static func text(of result: TestResult) -> String {
        let transcript = result.transcript
        var lines: [String] = []
        for failure in transcript.failures { lines += text(failure.event) }
        if transcript.failures.isEmpty { lines.append("ended with status \(result.status)") }
        let events = folded(transcript)
        if !events.isEmpty { lines += ["events:"] + events.map { "  \($0)" } }
        for record in transcript.records where record.event.name == "job.log" {
            let name = record.event.fields["name"]?.description ?? ""
            lines.append("log of job \(name):")
            guard case .list(let tail)? = record.event.fields["lines"] else { continue }
            lines += tail.map { "  " + VisibleText.line($0.description) }
        }
        if transcript.isCut { lines.append("(more events than are kept: some are left out)") }
        lines.append("again: \(result.test.again)")
        lines.append("debug: \(result.test.debug)")
        return lines.joined(separator: "\n")
    }

    private static func text(_ event: LogEvent) -> [String] {
        event.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// Steps that went well as a line each; the events of the step that did not.
    static func folded(_ transcript: TestTranscript) -> [String] {
        var lines: [String] = []
        for step in transcript.steps {
            let name = step.title.map { "step \"\($0)\"" } ?? "start"
            guard !step.failures.isEmpty else {
                lines.append("\(VisibleText.line(name)): \(Duration.milliseconds(step.ms).inSeconds)")
                continue
            }
            lines.append(VisibleText.line(name))
            let shown = step.records.filter { isShown($0.event) }
            if shown.count > shownEvents { lines.append("  … \(shown.count - shownEvents) more") }
            lines += shown.suffix(shownEvents).map { record in
                "  \(ClockText.time(record.time)) \(VisibleText.line(self.line(record.event)))"
            }
        }
        return lines
    }

    private static func isShown(_ event: LogEvent) -> Bool {
        switch event.role {
        case .failure, .heading, .status: false
        case .record: ["http", "job.exit"].contains(event.name)
        case .answer, .received, .sent, .progress, .notice, .hint, .warning: true
        }
    }

    private static func line(_ event: LogEvent) -> String {
        switch event.role {
        case .received(let speaker): "\(speaker): \(event.text)".cut(to: 200)
        case .sent: "you: \(event.text)".cut(to: 200)
        default: event.text.cut(to: 200)
        }
    }
}
