import Vocabulary

/// Help on the language, from the catalogue.
package enum HelpPages {
    /// The overview, or the page of a command or topic.
    ///
    /// - Throws: `Failure` (usage) with the nearest name for what does not exist.
    package static func text(for topic: String, _ catalogue: CommandCatalogue) throws -> String {
        guard !topic.isEmpty else { return overview(catalogue) }
        let words = topic.split(separator: " ").map(String.init)
        if let command = catalogue.command(named: topic) ?? words.first.flatMap(catalogue.command) {
            return page(command, firstWord: words.dropFirst().first)
        }
        let family = catalogue.commands.filter { $0.description.name.hasPrefix(topic + " ") }
        if !family.isEmpty { return rows(of: family) }
        if let topic = LanguageTopic.named(topic) { return topic.page(catalogue) }
        let known = catalogue.names + LanguageTopic.all.map(\.name)
        throw Failure(
            .usage, "there is no help on \(topic)",
            hints: Suggestion.nearest(to: topic, among: known).map { ["did you mean \($0)?"] }
                ?? ["help lists all commands"])
    }

    /// What is explained beside the commands.
    package static let languageTopics = LanguageTopic.all.map(\.name)

    private static func overview(_ catalogue: CommandCatalogue) -> String {
        rows(of: catalogue.commands) + "\nthe language (help NAME explains it):\n"
            + TextTable.rows(LanguageTopic.all.map { ($0.name, $0.summary) })
    }

    private static func rows(of commands: [any Command]) -> String {
        TextTable.rows(commands.map { ($0.description.name, $0.description.summary) })
    }

    private static func page(_ command: any Command, firstWord: String?) -> String {
        let description = command.description
        let parameters = command.parameters(firstWord: firstWord)
        var lines = ["\(description.name) – \(description.summary)", "", "usage: \(description.usage)"]
        if !description.aliases.isEmpty {
            lines.append("also: \(description.aliases.joined(separator: ", "))")
        }
        if !parameters.isEmpty { lines += ["", TextTable.rows(parameters.map(row))] }
        if !description.results.isEmpty {
            lines += [
                "results ($last, as=NAME):",
                TextTable.rows(description.results.map { ($0.name, $0.meaning) }),
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
