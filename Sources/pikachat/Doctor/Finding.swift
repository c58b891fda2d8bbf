import Vocabulary
import AgentCore

/// One line of the doctor's report.
struct Finding: Sendable {
    /// A note is worth knowing; only `bad` makes the check fail.
    enum Verdict: String, Sendable { case ok, note, bad }

    let subject: String
    let verdict: Verdict
    let text: String
    /// What to do about it.
    let advice: [String]

    init(_ subject: String, _ verdict: Verdict, _ text: String, advice: [String] = []) {
        (self.subject, self.verdict, self.text, self.advice) = (subject, verdict, text, advice)
    }

    /// What an error has to say, with its hints as advice.
    init(_ subject: String, _ verdict: Verdict, _ failure: Failure, otherwise advice: [String] = []) {
        self.init(subject, verdict, failure.message, advice: failure.hints.isEmpty ? advice : failure.hints)
    }

    private var line: String {
        let mark =
            switch verdict {
            case .ok: "ok  "
            case .note: "note"
            case .bad: "BAD "
            }
        // One line each: what comes from outside does not begin lines of its own.
        return ([("\(mark)  \(subject): \(text)")] + advice.map { "      → \($0)" }).map(VisibleText.line)
            .joined(separator: "\n")
    }

    var event: LogEvent {
        LogEvent(
            "finding",
            [
                "subject": .text(subject), "verdict": .text(verdict.rawValue), "text": .text(text),
                "advice": .list(advice.map(EventValue.text)),
            ], line, role: .answer, isBlock: true)
    }
}
