/// A command that only one world has, in a file for both.
struct UnguardedMock: ScriptLint {
    static let rule = CheckRule(
        "unguarded-mock", "a command of the mock world in a file that does not say `only mock`",
        advice: "put `only mock` at the top, or `if $mock:` before the line", isFixable: true)

    func findings(in script: LintedScript) -> [Diagnostic] {
        guard !script.commands.contains(where: { $0.invocation.command is OnlyCommand }),
            !script.source.isLibrary
        else { return [] }
        // The first is enough: one line mends all.
        for case .command(let prefixes, let invocation) in script.statements where prefixes.isEmpty {
            let requirements = invocation.command.requirements(of: invocation.written)
            guard let requirement = requirements.first(where: \.isOnlyOfMocks) else { continue }
            let firstLine = script.statements.first?.range.line ?? 1
            let line = invocation.range.source.lines[firstLine - 1]
            return [
                Diagnostic(
                    rule: Self.rule,
                    "\(invocation.command.description.name) needs \(requirement.missing), and the file does not say `only mock`",
                    invocation.range,
                    fix: ScriptFix(
                        title: "add only mock", line: firstLine, replacement: "only mock", following: [line]))
            ]
        }
        return []
    }
}
