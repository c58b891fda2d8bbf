import AgentCore
import Scripting

/// Help on the language's commands, from the catalogue.
enum CommandHelp {
    static func text(for topic: String?, _ catalogue: CommandCatalogue) -> String {
        guard let topic else { return overview(catalogue) }
        let words = topic.split(separator: " ").map(String.init)
        guard
            let command = catalogue.command(named: topic)
                ?? words.first.flatMap({ catalogue.command(named: $0) })
        else {
            let nearest =
                Suggestion.nearest(to: topic, among: catalogue.names).map { "; did you mean \($0)?" } ?? ""
            return "there is no command \(topic)\(nearest)"
        }
        return page(command, firstWord: words.dropFirst().first)
    }

    private static func overview(_ catalogue: CommandCatalogue) -> String {
        HelpText.rows(catalogue.commands.map { ($0.description.name, $0.description.summary) })
            + HelpText.rows([
                ("help [COMMAND]", "this list, or one command"), ("vars", "all variables"),
                ("history", "earlier lines"),
                ("save FILE", "writes the history to a file"), ("source FILE", "runs a script here"),
                ("quit", "ends the shell"),
            ])
    }

    private static func page(_ command: any Command, firstWord: String?) -> String {
        let description = command.description
        let parameters = command.parameters(firstWord: firstWord)
        var lines = ["\(description.name) – \(description.summary)", "", "usage: \(description.usage)"]
        if !parameters.isEmpty { lines += ["", HelpText.rows(parameters.map(row))] }
        if !description.results.isEmpty {
            lines += [
                "results ($last, as=NAME):", HelpText.rows(description.results.map { ($0.name, $0.meaning) }),
            ]
        }
        if !description.details.isEmpty { lines += description.details.map { "  \($0)" } + [""] }
        if !description.examples.isEmpty { lines += ["examples:"] + description.examples.map { "  \($0)" } }
        lines += [
            "",
            "every command takes: " + UniversalParameters.all.map { "\($0.name)=" }.joined(separator: " "),
        ]
        return lines.joined(separator: "\n")
    }

    private static func row(_ parameter: Parameter) -> (String, String) {
        let names = ([parameter.name] + parameter.aliases).map { "\($0)=" }.joined(separator: ", ")
        let fallback = parameter.defaultText.map { " [default: \($0)]" } ?? ""
        return ("\(names)\(parameter.placeholder)", "\(parameter.help)\(fallback)")
    }
}
