import AgentCore
import Nostr
import Scripting
import Vocabulary

/// `relays [add URL…]`
struct RelaysCommand: Command {
    private static let add = "add"

    func problem(in call: WrittenCall) -> WordProblem? {
        guard let first = call.words.first else { return nil }
        guard first.literal == Self.add else {
            return WordProblem("relays takes nothing, or \(Self.add) URL…", at: first)
        }
        guard call.words.count > 1 else {
            return WordProblem("\(Self.add) needs the address of a relay", at: first)
        }
        for word in call.words.dropFirst() {
            guard let text = word.literal else { continue }
            do { _ = try RelayURL(text) } catch { return WordProblem("\(error)", at: word) }
        }
        return nil
    }

    var description: CommandDescription {
        var description = CommandDescription("relays", "tells how each relay is, or adds some")
        description.words = .list("[\(Self.add) URL…]", required: false)
        description.choices = [Self.add]
        description.details = [
            "\(Self.add) connects to more relays without leaving: groups are read from there at once, and new agents and groups get them, too.",
            "Where a group meets is its own affair: `group relays URL…` changes that.",
        ]
        description.examples = ["relays", "relays \(Self.add) wss://relay.example"]
        description.repetition = .instant
        description.results = [
            ("count", "how many"), ("connected", "how many of them answer"), ("urls", "their addresses"),
            ("troubles", "what is the matter with the others"),
        ]
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        let host = try script.agents
        for word in call.words.dropFirst() {
            let relay = try RelayURL(word)
            guard !host.isMock || relay.isLoopback else {
                throw Failure(.usage, "\(relay) is not on this machine: with --mock nothing leaves it")
            }
            guard await !host.workspace.add(relay) else { continue }
            await script.emit(.notice("\(relay) is there already"))
        }
        let environment = host.workspace.environment
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
