import Vocabulary

/// Text that looks like a parameter is text; but it may be a mistake.
struct MisplacedParameter: ScriptLint {
    static let rule = CheckRule(
        "misplaced-parameter", "a parameter behind the beginning of a text, where it is text",
        advice: "parameters stand before the text")

    func findings(in script: LintedScript) -> [Diagnostic] {
        script.commands.flatMap { _, invocation -> [Diagnostic] in
            guard case .text = invocation.command.description.words else { return [] }
            let name = invocation.command.description.name
            let parameters = invocation.command.parameters(firstWord: nil) + UniversalParameters.all
            return invocation.arguments.compactMap { word -> Diagnostic? in
                guard let key = word.key, !word.isQuoted, parameters.contains(where: { $0.isNamed(key) })
                else {
                    return nil
                }
                return Diagnostic(
                    rule: Self.rule, "\(key)= is part of the text here", word.range,
                    advice: "parameters stand before the text: \(name) \(word.source) …")
            }
        }
    }
}
