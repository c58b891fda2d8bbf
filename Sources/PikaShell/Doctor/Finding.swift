import AgentCore

/// One line of the doctor's report.
struct Finding: Sendable {
    /// A note is worth knowing; only what is bad fails the check.
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

    var line: String {
        let mark =
            switch verdict {
            case .ok: "ok  "
            case .note: "note"
            case .bad: "BAD "
            }
        return "\(mark)  \(subject): \(text)" + advice.map { "\n      → \($0)" }.joined()
    }

    var json: String {
        EventValue.record([
            "subject": .text(subject), "verdict": .text(verdict.rawValue), "text": .text(text),
            "advice": .list(advice.map(EventValue.text)),
        ]).json
    }
}
