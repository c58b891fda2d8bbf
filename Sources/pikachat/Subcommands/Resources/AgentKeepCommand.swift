import AgentCore
import Vocabulary

/// `pikachat agent keep ID`
struct AgentKeepCommand: Subcommand {
    var spec: CommandSpec {
        CommandSpec(
            name: "agent keep", summary: "one is to go on running: `agent sweep` leaves it out",
            usage: "ID [--url URL]", options: [.controlPlane])
    }

    func run(_ arguments: ParsedArguments, _ context: CommandContext) async throws -> Int32 {
        let id = try arguments.requireID("agent keep")
        return try await context.withHost { host in
            let query = ResourceQuery(host: host)
            for entry in try await query.entries(of: id, at: arguments.value("--url")) {
                guard let id = entry.id else { continue }
                try await host.workspace.environment.ledger.record(.kept, of: entry, id: id)
                context.result(
                    "kept", entry.fields.merging(["ledger": .text("kept")]) { $1 },
                    "kept \(entry.provider) \(entry.kind) \(id): agent sweep leaves it out")
            }
            return 0
        }
    }
}
