/// What stands behind `fail`, `skip` or `quit`.
struct Unreachable: ScriptLint {
    static let rule = CheckRule(
        "unreachable", "a line that can never run",
        advice: "remove it, or put a condition before what ends the script")

    func findings(in script: LintedScript) -> [Diagnostic] { findings(in: script.statements) }

    private func findings(in statements: [Statement]) -> [Diagnostic] {
        var findings: [Diagnostic] = []
        for (place, statement) in statements.enumerated() {
            switch statement {
            case .command(let prefixes, let invocation):
                let command = invocation.command
                guard prefixes.isEmpty,
                    command is FailCommand || command is SkipCommand || command is QuitCommand,
                    place + 1 < statements.count
                else { continue }
                let name = command.description.name
                return findings + [
                    Diagnostic(
                        rule: Self.rule,
                        "this never runs: \(name) in line \(invocation.range.line) ends the script",
                        statements[place + 1].range)
                ]
            case .conditional(let branches, _): findings += branches.flatMap { self.findings(in: $0.body) }
            case .forEach(let loop, _): findings += self.findings(in: loop.body)
            case .repetition(_, let body, _): findings += self.findings(in: body)
            case .invalid: continue
            }
        }
        return findings
    }
}
