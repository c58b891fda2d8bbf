import AgentCore
import Vocabulary

/// `pikachat agent list`
struct AgentListCommand: Subcommand {
    var spec: CommandSpec {
        CommandSpec(
            name: "agent list", summary: "what was started and not removed, and what the providers know of it"
        )
    }

    func run(_ arguments: ParsedArguments, _ context: CommandContext) async throws -> Int32 {
        try arguments.requireNoWords("agent list")
        return try await context.withHost { host in
            let query = ResourceQuery(host: host)
            let entries = await query.entries
            let rows = await query.rows(of: entries)
            for row in rows {
                let entry = row.entry
                host.log.emit(
                    .resource(
                        "resource", entry,
                        "\(entry.id ?? "(id unknown)")  \(entry.provider) \(entry.kind)  \(entry.change.word)  provider: \(row.state)  \(entry.url)",
                        ["state": .text(row.state)]))
            }
            let unlisted = await query.unlisted(beside: entries)
            for (listed, provider) in unlisted.found { report(listed, provider, context) }
            for (provider, failure) in unlisted.failures {
                context.log.emit(.warning("\(provider) could not be asked: \(failure.message)"))
                for hint in failure.hints { context.log.emit(.hint(hint)) }
            }
            if let failure = rows.compactMap(\.failure).first ?? unlisted.failures.first?.failure {
                // What was not asked is not nothing.
                return failure.code.exitStatus
            }
            if entries.isEmpty, unlisted.found.isEmpty {
                context.result("resources", ["count": .number(0)], "nothing is running")
                for (provider, url) in unlisted.silent {
                    context.notice(
                        "note: \(provider) at \(url) offers no list: only what this ledger knows is shown")
                }
            }
            return 0
        }
    }

    private func report(_ listed: ListedResource, _ provider: any Provider, _ context: CommandContext) {
        let resource = listed.resource
        context.result(
            "resource",
            [
                "id": .text(resource.id), "provider": .text(provider.name), "kind": .text(resource.kind),
                "ledger": .none, "url": .text(provider.controlPlane), "state": .text(listed.state),
            ],
            "\(resource.id)  \(provider.name) \(resource.kind)  not in this ledger  provider: \(listed.state)  \(provider.controlPlane)"
        )
    }
}
