import AgentCore
import Scripting

/// `pikachat run FILE --help`: the script's first comment and its inputs.
enum ScriptHelp {
    static func text(_ source: ScriptSource) throws -> String {
        let comment = source.text.split(separator: "\n", omittingEmptySubsequences: false)
            .drop { $0.hasPrefix("#!") }.prefix { $0.hasPrefix("#") }
            .map { $0.dropFirst().trimmingPrefix(" ") }.joined(separator: "\n")
        let inputs = try inputs(of: Parser.parse(source.text, name: source.name).statements)
        var text = "\(source.name)\(comment.isEmpty ? "" : " – \(comment)")\n"
        if !inputs.isEmpty {
            text += "\ninputs (--set NAME=VALUE, environment, .env):\n"
            text += HelpText.rows(
                inputs.map { input in
                    let notes = [
                        input.help,
                        input.choices.isEmpty ? "" : "one of \(input.choices.joined(separator: ", "))",
                        input.isSecret ? "secret" : "",
                        input.defaultText.map { $0.isEmpty ? "" : "[default: \($0)]" } ?? "",
                    ]
                    return (input.name, notes.filter { !$0.isEmpty }.joined(separator: " "))
                })
        }
        return text
    }

    private static func inputs(of statements: [Statement]) throws -> [EnvDeclaration] {
        try statements.compactMap { statement in
            guard case .command(_, let invocation) = statement, invocation.words.first?.bare == "env" else {
                return nil
            }
            return try EnvDeclaration(invocation.words.dropFirst().map { ($0.key, $0.literal ?? "") })
        }
    }
}
