/// `env NAME` that neither a `$NAME` nor shell code mentions.
struct UnusedInput: ScriptLint {
    static let rule = CheckRule(
        "unused-input", "an input that nothing reads",
        advice: "remove it; programs get it in their environment")

    func findings(in script: LintedScript) -> [Diagnostic] {
        let read = script.readNames()
        let runsOthers = script.commands.contains { entry in
            if case .code = entry.invocation.command.description.words { return true }
            return entry.invocation.command is SourceCommand
        }
        // A program may read it from its environment.
        guard !runsOthers else { return [] }
        let mentioned = Set(
            script.commands.flatMap {
                $0.invocation.command.references(in: $0.invocation.written).map(\.name)
            })
        return script.commands.compactMap { _, invocation -> Diagnostic? in
            guard invocation.command is EnvCommand, let word = invocation.arguments.first,
                let name = word.key ?? word.literal, !read.contains(name), !mentioned.contains(name)
            else { return nil }
            // A secret is declared so that it is masked; a provider may read it.
            let words = invocation.arguments.map { ($0.key, $0.literal ?? "") }
            guard let input = try? EnvDeclaration(words), !input.isSecret else { return nil }
            return Diagnostic(rule: Self.rule, "\(name) is never used", word.range)
        }
    }
}
