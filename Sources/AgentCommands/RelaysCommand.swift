import AgentCore
import Nostr
import Scripting
import Vocabulary

/// `relays`
struct RelaysCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription("relays", "tells how each relay is")
        description.repetition = .repeatable
        description.results = [
            ("count", "how many"), ("connected", "how many of them answer"), ("urls", "their addresses"),
            ("troubles", "what is the matter with the others"),
        ]
        description.onlyLooks = true
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        let environment = try script.agents.workspace.environment
        var rows: [String] = []
        var (urls, troubles): ([String], [String]) = ([], [])
        let pools = [(environment.pool, ""), (environment.keyPackagePool, "  (key packages)")]
        for (pool, use) in environment.pool === environment.keyPackagePool ? [pools[0]] : pools {
            let wrong = await pool.troubles()
            for relay in pool.relays {
                let trouble = wrong.first { $0.relay == relay }
                urls.append(relay.text)
                if let trouble { troubles.append("\(trouble)") }
                rows.append("\(relay)  \(trouble?.reasonText ?? "connected")\(use)")
            }
        }
        await script.emit(.result(rows: rows))
        return [
            "count": .number(urls.count), "connected": .number(urls.count - troubles.count),
            "urls": .list(urls.map(EventValue.text)), "troubles": .list(troubles.map(EventValue.text)),
        ]
    }
}
