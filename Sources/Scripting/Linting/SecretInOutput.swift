import Vocabulary

/// A secret in text for people, or in the words of a program, where every process can read it.
struct SecretInOutput: ScriptLint {
    static let rule = CheckRule(
        "secret-in-output", "a secret in text or in the arguments of a program",
        advice: "programs get it in their environment: sh secrets=NAME …; text shows ‹redacted›")

    func findings(in script: LintedScript) -> [Diagnostic] {
        let secrets = Set(
            script.commands.map(\.invocation).filter { $0.command is EnvCommand }.compactMap { invocation in
                let words = invocation.arguments.map { ($0.key, $0.literal ?? "") }
                return (try? EnvDeclaration(words)).flatMap { $0.isSecret ? $0.name : nil }
            })
        guard !secrets.isEmpty else { return [] }
        return script.commands.flatMap { _, invocation -> [Diagnostic] in
            let isOutput =
                switch invocation.command.description.words {
                case .text, .code: true
                case .none, .list, .raw: false
                }
            guard isOutput else { return [] }
            return invocation.arguments.compactMap { word -> Diagnostic? in
                guard let name = secret(in: word, secrets) else { return nil }
                return Diagnostic(
                    rule: Self.rule,
                    "$\(name) is a secret: \(invocation.command.description.name) would show it to others",
                    word.range)
            }
        }
    }

    private func secret(in word: Word, _ secrets: Set<String>) -> String? {
        for part in word.parts {
            if case .variable(let path, _) = part, let name = path.first, secrets.contains(name) {
                return name
            }
        }
        return nil
    }
}
