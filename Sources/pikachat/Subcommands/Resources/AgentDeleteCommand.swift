import AgentCore
import Vocabulary

/// `pikachat agent delete ID`
struct AgentDeleteCommand: Subcommand {
    var spec: CommandSpec {
        CommandSpec(
            name: "agent delete", summary: "removes one, with what belongs to it", usage: "ID [--url URL]",
            options: [.controlPlane])
    }

    func run(_ arguments: ParsedArguments, _ context: CommandContext) async throws -> Int32 {
        let id = try arguments.requireID("agent delete")
        return try await context.withHost { host in
            let query = ResourceQuery(host: host)
            return await query.remove(
                try await query.entries(of: id, at: arguments.value("--url")), removesUnproven: false)
        }
    }
}
