import AgentCore
import Foundation

/// `pikachat agent list|inspect ID|delete ID|sweep`: what the ledger and the providers know of.
struct AgentResourcesCommand: Subcommand {
    enum Verb: String, Sendable { case list, inspect, delete, sweep }

    let verb: Verb

    var spec: CommandSpec {
        switch verb {
        case .list:
            CommandSpec(
                name: "agent list", summary: "what was started and not removed, beside what the providers say"
            )
        case .inspect: CommandSpec(name: "agent inspect", summary: "everything known of one", usage: "ID")
        case .delete:
            CommandSpec(name: "agent delete", summary: "removes one, with what belongs to it", usage: "ID")
        case .sweep:
            CommandSpec(
                name: "agent sweep", summary: "finds and removes what earlier runs left behind",
                usage: "[--yes] [--all] [--unproven]",
                options: [
                    OptionSpec("--yes", help: "does not ask"),
                    OptionSpec("--all", help: "also what was kept on purpose"),
                    OptionSpec(
                        "--unproven",
                        help:
                            "also microVMs that only their time and settings point to: on a spawner of your own"
                    ),
                ])
        }
    }

    func run(_ arguments: ParsedArguments, _ context: CommandContext) async throws -> Int32 {
        let takesID = verb == .inspect || verb == .delete
        guard arguments.positionals.count == (takesID ? 1 : 0) else {
            throw Failure(
                .usage,
                takesID ? "agent \(verb.rawValue) needs one ID" : "agent \(verb.rawValue) takes no words",
                hints: ["pikachat agent list shows the IDs"])
        }
        let host = try await LiveHost.make(context.configuration, isMock: false, log: context.log)
        let status: Int32
        do {
            switch verb {
            case .list: status = try await list(host, context.output)
            case .inspect: status = try await inspect(arguments.positionals[0], host, context.output)
            case .delete: status = try await delete(arguments.positionals[0], host, context.output)
            case .sweep: status = try await sweep(arguments, host, context.output)
            }
        } catch {
            await host.close()
            throw error
        }
        await host.close()
        return status
    }

    private func list(_ host: LiveHost, _ output: OutputQueue) async throws -> Int32 {
        let entries = try await host.resources()
        guard !entries.isEmpty else {
            output.line("nothing is running")
            return 0
        }
        for entry in entries {
            let state = await Self.state(of: entry, host)
            output.line(
                "\(entry.id ?? "(id unknown)")  \(entry.provider) \(entry.kind)  \(Self.word(entry.change))  \(state)  \(entry.url)"
            )
        }
        return 0
    }

    private static func word(_ change: ResourceLedger.Entry.Change) -> String {
        switch change {
        case .intent: "may have been created"
        case .created: "created"
        case .kept: "kept"
        case .gone: "gone"
        }
    }

    private static func state(of entry: ResourceLedger.Entry, _ host: LiveHost) async -> String {
        guard let id = entry.id else { return "look with: pikachat agent sweep" }
        do {
            let state = try await host.provider(for: entry).inspect(
                ProviderResource(kind: entry.kind, id: id))
            return state.map { "provider: \($0)" } ?? "provider: unknown (gone)"
        } catch { return "provider: \(Failure(error).message)" }
    }

    private func inspect(_ id: String, _ host: LiveHost, _ output: OutputQueue) async throws -> Int32 {
        for entry in try await Self.entries(id, host) {
            let time = Date(timeIntervalSince1970: Double(entry.time) / 1000).formatted(.iso8601)
            output.line(
                "id        \(entry.id ?? "(unknown)")\nkind      \(entry.provider) \(entry.kind)\nledger    \(Self.word(entry.change)) at \(time)\nat        \(entry.url)\nstate     \(await Self.state(of: entry, host))\n"
            )
        }
        return 0
    }

    /// The entry of that id with everything made together with it, machines before their volumes.
    private static func entries(_ id: String, _ host: LiveHost) async throws -> [ResourceLedger.Entry] {
        let all = try await host.resources()
        guard let found = all.first(where: { $0.id == id }) else {
            let known = all.compactMap(\.id)
            throw Failure(
                .usage, "the ledger knows nothing of \(id.prefix(80))",
                hints: [
                    Suggestion.nearest(to: id, among: known).map { "did you mean \($0)?" },
                    known.isEmpty ? "nothing is running" : "known: \(known.joined(separator: ", "))",
                ].compactMap { $0 })
        }
        return all.filter { $0.suffix == found.suffix && $0.provider == found.provider }
            .sorted { ($0.kind == "volume" ? 1 : 0) < ($1.kind == "volume" ? 1 : 0) }
    }

    private func delete(_ id: String, _ host: LiveHost, _ output: OutputQueue) async throws -> Int32 {
        await Self.removeAll(try await Self.entries(id, host), host, output, removesUnproven: false)
    }

    /// Each by itself: one that fails leaves the others their turn.
    private static func removeAll(
        _ entries: [ResourceLedger.Entry], _ host: LiveHost, _ output: OutputQueue, removesUnproven: Bool
    ) async -> Int32 {
        let removal = ResourceRemoval(host: host, output: output)
        // A volume goes after its machine: one that may still be on its way would want it.
        var left = Set<String>()
        for entry in entries {
            guard entry.kind != "volume" || !left.contains(entry.suffix) else {
                output.line(
                    "\(entry.provider) volume \(entry.id ?? "(id unknown)") stays until its machine is gone")
                continue
            }
            do {
                let finding = try await removal.finding(for: entry)
                let isGone = try await removal.carryOut(
                    finding, for: entry, removesUnproven: removesUnproven)
                if !isGone { left.insert(entry.suffix) }
            } catch {
                left.insert(entry.suffix)
                output.line("error: \(Failure(error).description)", to: .error)
            }
        }
        return left.isEmpty ? 0 : FailureCode.leak.exitStatus
    }

    private func sweep(_ arguments: ParsedArguments, _ host: LiveHost, _ output: OutputQueue) async throws
        -> Int32
    {
        let entries = try await host.resources().filter { arguments.has("--all") || $0.change != .kept }
            .sorted { ($0.kind == "volume" ? 1 : 0) < ($1.kind == "volume" ? 1 : 0) }
        guard !entries.isEmpty else {
            output.line("nothing was left behind")
            return 0
        }
        if !arguments.has("--yes") {
            for entry in entries {
                output.line(
                    "\(entry.id ?? "(id unknown)")  \(entry.provider) \(entry.kind)  \(Self.word(entry.change))  \(entry.url)"
                )
                for candidate in await Self.candidates(for: entry, host) { output.line("  \(candidate)") }
            }
            guard host.isTerminal else {
                throw Failure(
                    .usage, "sweep asks before it removes these \(entries.count)",
                    hints: ["pikachat agent sweep --yes removes them"])
            }
            guard
                case .text(let answer) = await PlainPrompt(output: output).readLine(
                    prompt: "remove all \(entries.count)? [y/n] "), answer.lowercased().hasPrefix("y")
            else {
                output.line("nothing was removed")
                return 0
            }
        }
        return await Self.removeAll(
            entries, host, output, removesUnproven: arguments.has("--unproven"))
    }

    /// What a removal of an entry without id would find, for the question.
    private static func candidates(for entry: ResourceLedger.Entry, _ host: LiveHost) async -> [String] {
        guard entry.id == nil else { return [] }
        do {
            let known = Set(try await host.resources().compactMap(\.id))
            return try await host.provider(for: entry).findLeftovers(of: entry, known: known).map {
                "\($0.resource.id)\($0.isProven ? "" : "  perhaps somebody else's: removed with --unproven only")"
            }
        } catch { return ["cannot look: \(Failure(error).message)"] }
    }
}
