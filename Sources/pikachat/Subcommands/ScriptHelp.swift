import Scripting
import Vocabulary

/// `pikachat run FILE --help`: the script's first comment and its inputs.
enum ScriptHelp {
    /// - Parameter catalogue: of the commands; the longest time is told where the script has no mistakes.
    static func text(_ source: Source, _ catalogue: CommandCatalogue) throws -> String {
        let comment = source.text.split(separator: "\n", omittingEmptySubsequences: false)
            .drop { $0.hasPrefix("#!") }.prefix { $0.hasPrefix("#") }
            .map { $0.dropFirst().trimmingPrefix(" ") }.joined(separator: "\n")
        let inputs = try CheckedScript.inputs(of: source)
        var text = "\(source.name)\(comment.isEmpty ? "" : " – \(comment)")\n"
        if !inputs.isEmpty {
            text += "\ninputs (--set NAME=VALUE, environment, .env):\n"
            text += TextTable.rows(
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
        if case .success(let script) = CheckedScript.make(source, catalogue: catalogue) {
            text += "\nlongest time: \(LongestTime(of: script).text)\n"
        }
        return text
    }
}
