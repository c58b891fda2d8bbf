import Vocabulary

/// `help [COMMAND|TOPIC]`
struct HelpCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription("help", "lists all commands, or explains one")
        description.repetition = .instant
        description.words = .list("COMMAND-OR-TOPIC", required: false)
        description.examples = ["help", "help spawn microvm", "help defer", "help within"]
        description.onlyLooks = true
        description.aliases.append("?")
        return description
    }

    func choices(after words: [String], in catalogue: CommandCatalogue) -> [String] {
        words.isEmpty ? catalogue.names + LanguageTopic.all.map(\.name) : []
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        let text = try HelpPages.text(for: call.text, script.catalogue)
        await script.emit(.result(text))
        return ["text": .text(text)]
    }
}
