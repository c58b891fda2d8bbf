import PikaShell
import Vocabulary

/// `pikachat lsp`: for editors.
struct LanguageServerCommand: Subcommand {
    var spec: CommandSpec {
        CommandSpec(
            name: "lsp",
            summary: "a language server for .pika scripts, on standard input and output (LSP 3.17)",
            details: """
                Mistakes and warnings while typing, completion, help on hover, definitions, references, renaming, formatting, fixes, steps as
                symbols. editors/ has what VS Code and Vim need.
                """)
    }

    func run(_ arguments: ParsedArguments, _ context: CommandContext) async throws -> Int32 {
        guard arguments.positionals.isEmpty else {
            throw Failure(.usage, "lsp takes no words: editors talk to it")
        }
        return await LanguageServerSession(
            catalogue: context.catalogue, terminal: context.terminal, version: Main.version
        ).run()
    }
}
