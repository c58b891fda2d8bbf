import AgentCore
import Vocabulary

/// `pikachat agent inspect ID`
struct AgentInspectCommand: Subcommand {
    var spec: CommandSpec {
        CommandSpec(
            name: "agent inspect", summary: "everything known of one", usage: "ID [--url URL]",
            options: [.controlPlane])
    }

    func run(_ arguments: ParsedArguments, _ context: CommandContext) async throws -> Int32 {
        let id = try arguments.requireID("agent inspect")
        return try await context.withHost { host in
            let query = ResourceQuery(host: host)
            let entries = try await query.entries(of: id, at: arguments.value("--url"))
            for row in await query.rows(of: entries) {
                let entry = row.entry
                host.log.emit(
                    .resource(
                        "resource", entry,
                        """
                        id        \(entry.id ?? "(unknown)")
                        kind      \(entry.provider) \(entry.kind)
                        ledger    \(entry.change.word) at \(entry.timeText)
                        at        \(entry.url)
                        state     \(row.state)

                        """, ["state": .text(row.state)], isBlock: true))
            }
            return 0
        }
    }
}

extension OptionSpec {
    static let controlPlane = OptionSpec(
        "--url", placeholder: "URL", help: "the control plane, where several have something of that id")
}

extension ParsedArguments {
    func requireID(_ command: String) throws -> String {
        guard positionals.count == 1 else {
            throw Failure(
                .usage, "\(command) needs one ID", hints: ["pikachat agent list shows the IDs"])
        }
        return positionals[0]
    }

    func requireNoWords(_ command: String) throws {
        guard positionals.isEmpty else { throw Failure(.usage, "\(command) takes no words") }
    }
}
