import AgentCore
import Scripting

/// `pikachat check FILE…`
struct CheckCommand: Subcommand {
    var spec: CommandSpec {
        CommandSpec(name: "check", summary: "looks for mistakes in scripts; runs nothing", usage: "FILE…")
    }

    func run(_ arguments: ParsedArguments, _ context: CommandContext) async throws -> Int32 {
        guard !arguments.positionals.isEmpty else { throw Failure(.usage, "check needs a script") }
        let catalogue = CommandCatalogue(providers: context.providers)
        var status: Int32 = 0
        for path in arguments.positionals {
            if ScriptCheck.statements(of: try ScriptSource.load(path), catalogue, context) == nil {
                status = FailureCode.usage.exitStatus
            } else {
                context.output.line("\(path): fine")
            }
        }
        return status
    }
}
