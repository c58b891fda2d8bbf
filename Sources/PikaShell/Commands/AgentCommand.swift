import AgentCore
import Foundation

/// `pikachat agent …`
struct AgentCommand: Subcommand {
    var style: EventPrinter.Style { .chat }

    var spec: CommandSpec {
        CommandSpec(
            name: "agent", summary: "agents: new, list, inspect, delete, sweep",
            usage: "new|list|inspect|delete|sweep [options]",
            details: "pikachat agent new --provider microvm --help shows a provider's options.")
    }

    func run(_ arguments: ParsedArguments, _ context: CommandContext) async throws -> Int32 {
        let known = ["new", "list", "inspect", "delete", "sweep"]
        let given = arguments.positionals.first ?? ""
        throw Failure(
            .usage, given.isEmpty ? "agent needs a second word" : "there is no command agent \(given)",
            hints: [
                Suggestion.nearest(to: given, among: known).map { "did you mean agent \($0)?" }
                    ?? "known: agent \(known.joined(separator: ", agent "))"
            ])
    }
}
