/// Syntax of other languages, which is taken as it is written.
struct ForeignWord: ScriptLint {
    static let rule = CheckRule(
        "foreign-word", "a word that means something in a shell, and nothing here",
        advice: "see `pikachat help text`")

    func findings(in script: LintedScript) -> [Diagnostic] {
        script.commands.flatMap { _, invocation -> [Diagnostic] in
            // Shell code is none of ours.
            if case .code = invocation.command.description.words { return [] }
            return (invocation.arguments + invocation.keyed.map(\.word)).compactMap { word -> Diagnostic? in
                guard let advice = ForeignSyntax.advice(for: word) else { return nil }
                return Diagnostic(
                    rule: Self.rule, "\(word.source) is taken as it is written", word.range, advice: advice)
            }
        }
    }
}
