import AgentCore
import PikaShell
import Vocabulary

/// `pikachat agent sweep`
struct AgentSweepCommand: Subcommand {
    var spec: CommandSpec {
        CommandSpec(
            name: "agent sweep", summary: "finds and removes what earlier runs left behind",
            usage: "[--yes] [--all] [--unproven]",
            options: [
                OptionSpec("--yes", help: "does not ask"),
                OptionSpec("--all", help: "also what was kept on purpose"),
                OptionSpec(
                    "--unproven",
                    help: "also microVMs that only their time and settings point to: on a spawner of your own"
                ),
            ])
    }

    func run(_ arguments: ParsedArguments, _ context: CommandContext) async throws -> Int32 {
        try arguments.requireNoWords("agent sweep")
        return try await context.withHost { host in
            let query = ResourceQuery(host: host)
            let entries = ResourceReconciler.inOrderOfRemoval(
                await query.entries.filter { arguments.has("--all") || $0.change != .kept })
            guard !entries.isEmpty else {
                context.result("leftovers", ["count": .number(0)], "nothing was left behind")
                return 0
            }
            if !arguments.has("--yes") {
                let again = ["--all", "--unproven"].filter(arguments.has)
                guard try await isConfirmed(entries, query, context, again) else { return 0 }
            }
            return await query.remove(entries, removesUnproven: arguments.has("--unproven"))
        }
    }

    private func isConfirmed(
        _ entries: [ResourceLedger.Entry], _ query: ResourceQuery, _ context: CommandContext,
        _ options: [String]
    ) async throws -> Bool {
        for entry in entries {
            let candidates = await query.candidates(for: entry)
            let title =
                "\(entry.id ?? "(id unknown)")  \(entry.provider) \(entry.kind)  \(entry.change.word)  \(entry.url)"
            context.log.emit(
                .resource(
                    "leftover", entry, ([title] + candidates.map { "  \($0)" }).joined(separator: "\n"),
                    ["candidates": .list(candidates.map(EventValue.text))], isBlock: true))
        }
        guard context.terminal.isInteractive else {
            throw Failure(
                .usage, "sweep asks before it removes these \(entries.count)",
                hints: ["\((["pikachat agent sweep --yes"] + options).joined(separator: " ")) removes them"])
        }
        let reader = PlainReader(terminal: context.terminal)
        defer { reader.close() }
        guard case .text(let answer) = await reader.readLine(prompt: "remove all \(entries.count)? [y/n]"),
            ["y", "yes"].contains(answer.lowercased())
        else {
            context.notice("nothing was removed")
            return false
        }
        return true
    }
}
