import PikaShell
import Vocabulary

/// `pikachat debug FILE`
struct DebugScriptCommand: Subcommand {
    var spec: CommandSpec {
        var spec = CommandSpec(
            name: "debug", summary: "steps through a .pika script; every command works at its prompt",
            usage: "FILE [options]")
        spec.options = RunCommand.debugOptions
        spec.details = """
            next, into, continue, until LINE, break LINE|COMMAND|failure|CODE, skip, again [key=value…], list, where, quit
            An empty line repeats next or into. quit ends the run; what was deferred is cleaned up.
            """
        return spec
    }

    func run(_ arguments: ParsedArguments, _ context: CommandContext) async throws -> Int32 {
        guard arguments.positionals.count == 1 else {
            throw Failure(
                .usage, arguments.positionals.isEmpty ? "debug needs a script" : "debug takes one script",
                hints: ["pikachat debug scripts/demo-microvm.pika --mock"])
        }
        return try await RunCommand().run(arguments, context, isStepping: true)
    }
}
