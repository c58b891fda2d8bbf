/// An answer is expected before anything was said.
struct StaleExpect: ScriptLint {
    static let rule = CheckRule(
        "stale-expect", "an answer is expected that nothing has asked for",
        advice: "say something first, or look back with from=start")

    func findings(in script: LintedScript) -> [Diagnostic] {
        guard !script.source.isLibrary else { return [] }
        for (_, invocation) in script.commands {
            let description = invocation.command.description
            if description.asksFor != nil { return [] }
            if invocation.command is SourceCommand || invocation.command is IncludeCommand { return [] }
            guard invocation.command is ExpectCommand, let subject = invocation.arguments.first?.bare,
                let asking = script.catalogue.commands.first(where: { $0.description.asksFor == subject }),
                invocation.written.parameters["from"] == nil
            else { continue }
            return [
                Diagnostic(
                    rule: Self.rule,
                    "no line before this one asks for a \(subject): \(asking.description.name) does",
                    invocation.range)
            ]
        }
        return []
    }
}
