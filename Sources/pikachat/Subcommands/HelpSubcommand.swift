import AgentCommands
import PikaShell
import Scripting

/// `pikachat help [COMMAND]`: the command line's own commands, and those of the language.
struct HelpSubcommand: Subcommand {
    let subcommands: @Sendable () -> [any Subcommand]

    var spec: CommandSpec {
        CommandSpec(
            name: "help", summary: "explains a command, here or in the shell, or a word of the language",
            usage: "[COMMAND|TOPIC]")
    }

    func run(_ arguments: ParsedArguments, _ context: CommandContext) async throws -> Int32 {
        let words = arguments.positionals
        let text: String
        if words.isEmpty {
            text =
                HelpText.overview(subcommands().map(\.spec))
                + "\ncommands of the shell and of scripts:\n"
                + (try HelpPages.text(for: "", context.catalogue))
        } else if let (command, _) = try? Program.find(words) {
            text = HelpText.page(command.spec)
        } else {
            text = try HelpPages.text(for: words.joined(separator: " "), context.catalogue)
        }
        context.result("help", ["text": .text(text)], text, isBlock: true)
        return 0
    }
}
