/// `sleep` in front of a command that could wait by itself.
struct SleepForWait: ScriptLint {
    static let rule = CheckRule(
        "sleep-for-wait", "a sleep before something that can be waited for",
        advice: "remove the sleep, and give the next line within= the time that it may take")

    func findings(in script: LintedScript) -> [Diagnostic] { findings(in: script.statements) }

    private func findings(in statements: [Statement]) -> [Diagnostic] {
        var findings: [Diagnostic] = []
        for (statement, next) in zip(statements, statements.dropFirst().map(Optional.some) + [nil]) {
            switch statement {
            case .command(_, let invocation):
                guard invocation.command is SleepCommand, case .command(_, let following)? = next,
                    canWait(following), !wantsSilence(following)
                else { continue }
                findings.append(
                    Diagnostic(
                        rule: Self.rule,
                        "\(following.command.description.name) in the next line can wait by itself, for as long as it takes",
                        invocation.range))
            case .conditional(let branches, _): findings += branches.flatMap { self.findings(in: $0.body) }
            case .forEach(let loop, _): findings += self.findings(in: loop.body)
            case .repetition(_, let body, _): findings += self.findings(in: body)
            case .invalid: continue
            }
        }
        return findings
    }

    private func canWait(_ invocation: Invocation) -> Bool {
        switch invocation.command.repetition(of: invocation.written) {
        case .waits: true
        case .repeatable: invocation.command is HTTPCommand
        case .instant, .onlyWithoutEffect, .never: false
        }
    }

    /// The pause is what is meant: what may not come has had time to.
    private func wantsSilence(_ invocation: Invocation) -> Bool { invocation.arguments.first?.bare == "no" }
}
