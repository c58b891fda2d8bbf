import AgentCore
import Scripting
import Vocabulary

/// `sessions`
struct SessionsCommand: Command {
    var description: CommandDescription {
        var description = CommandDescription(
            "sessions", "lists the sessions: how far each is, and when its agent was last heard")
        description.repetition = .repeatable
        description.results = [
            ("count", "how many"), ("names", "their names"), ("running", "how many have an agent that runs"),
            ("silent", "how many whose agent has said nothing since it was invited"),
        ]
        description.onlyLooks = true
        return description
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        let registry = try script.agents.sessions
        let current = await registry.currentName
        var rows: [[String]] = []
        var (names, running, silent): ([String], Int, Int) = ([], 0, 0)
        for session in await registry.all {
            let (state, heard) = (await session.state, await session.lastHeard)
            names.append(session.name)
            if state.isRunning { running += 1 }
            if state.groupID != nil, heard == nil { silent += 1 }
            let now = session.environment.now()
            rows.append([
                (session.name == current ? "* " : "  ") + session.name, state.shownPhase,
                state.agent.map { "\($0.id)\(state.isRunning ? "" : " (gone)")" } ?? "",
                await session.providerName ?? "",
                heard.map { "heard \(Self.age(now - $0))" }
                    ?? (state.groupID == nil ? "" : "not heard yet"),
            ])
        }
        await script.emit(.result(rows: rows.isEmpty ? ["there are no sessions yet"] : Self.aligned(rows)))
        return [
            "count": .number(names.count), "names": .list(names.map(EventValue.text)),
            "running": .number(running), "silent": .number(silent),
        ]
    }

    private static func age(_ seconds: Int64) -> String {
        switch max(0, seconds) {
        case ..<2: "just now"
        case let seconds where seconds < 120: "\(seconds)s ago"
        case let seconds where seconds < 7200: "\(seconds / 60) min ago"
        case let seconds: "\(seconds / 3600) h ago"
        }
    }

    private static func aligned(_ rows: [[String]]) -> [String] {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = zip(row, widths).map { cell, width in
                cell + String(repeating: " ", count: width - cell.count)
            }
            return String(cells.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
        }
    }
}
