/// A loop whose variable takes the place of another.
struct ShadowedVariable: ScriptLint {
    static let rule = CheckRule(
        "shadowed-variable", "a loop whose variable replaces another of the same name",
        advice: "choose another name")

    func findings(in script: LintedScript) -> [Diagnostic] {
        var findings: [Diagnostic] = []
        look(at: script.statements, [], &findings)
        return findings
    }

    /// - Returns: names that are set once the statements have run.
    @discardableResult
    private func look(at statements: [Statement], _ known: Set<String>, _ findings: inout [Diagnostic])
        -> Set<String>
    {
        var known = known
        for statement in statements {
            switch statement {
            case .command(_, let invocation):
                if invocation.command is LetCommand {
                    known.formUnion(invocation.arguments.compactMap(\.key))
                }
                if let name = invocation.resultName { known.insert(name) }
            case .conditional(let branches, _):
                for branch in branches { known.formUnion(look(at: branch.body, known, &findings)) }
            case .forEach(let loop, let range):
                if known.contains(loop.variable) {
                    findings.append(
                        Diagnostic(
                            rule: Self.rule, "\(loop.variable) was set before, and is lost in this loop",
                            range))
                }
                // The next loop may use the same name.
                let inside = look(at: loop.body, known.union([loop.variable]), &findings)
                known.formUnion(inside.filter { $0 != loop.variable })
            case .repetition(_, let body, _): known.formUnion(look(at: body, known, &findings))
            case .invalid: continue
            }
        }
        return known
    }
}
