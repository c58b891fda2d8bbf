import AgentCore
import Foundation

/// `pikachat agent list|inspect ID|delete ID|sweep`: what the ledger and the providers know of.
struct AgentResourcesCommand: Subcommand {
    enum Verb: String, Sendable { case list, inspect, delete, sweep }

    let verb: Verb
    private static let url = OptionSpec(
        "--url", placeholder: "URL", help: "the control plane, where several have something of that id")

    var spec: CommandSpec {
        switch verb {
        case .list:
            CommandSpec(
                name: "agent list", summary: "what was started and not removed, beside what the providers say"
            )
        case .inspect:
            CommandSpec(
                name: "agent inspect", summary: "everything known of one", usage: "ID [--url URL]",
                options: [Self.url])
        case .delete:
            CommandSpec(
                name: "agent delete", summary: "removes one, with what belongs to it",
                usage: "ID [--url URL]", options: [Self.url])
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
            case .list: status = try await list(host, context)
            case .inspect: status = try await inspect(arguments, host, context)
            case .delete: status = try await delete(arguments, host, context)
            case .sweep: status = try await sweep(arguments, host, context)
            }
        } catch {
            await host.close()
            throw error
        }
        await host.close()
        return status
    }

    /// What the ledger knows, each with what its provider says; then what the providers have beside that.
    private func list(_ host: LiveHost, _ context: CommandContext) async throws -> Int32 {
        let entries = try await host.resources()
        for row in await ResourceRow.all(entries, host) { context.result("resource", row.fields, row.line) }
        let others = await ResourceRow.beside(entries, host)
        for row in others.rows { context.result("resource", row.fields, row.line) }
        for (provider, failure) in others.failures {
            context.output.line("note: \(provider) was not asked: \(failure.message)", to: .error)
        }
        if entries.isEmpty, others.rows.isEmpty, !context.configuration.isJSON {
            context.output.line("nothing is running")
        }
        return 0
    }

    private func inspect(_ arguments: ParsedArguments, _ host: LiveHost, _ context: CommandContext)
        async throws -> Int32
    {
        for entry in try await Self.entries(
            arguments.positionals[0], at: arguments.value("--url"), host)
        {
            let row = await ResourceRow(entry, host)
            context.result("resource", row.fields, row.page)
        }
        return 0
    }

    /// The entry of that id with everything made together with it, machines before their volumes.
    ///
    /// - Parameter url: the control plane, where several have something of that id.
    private static func entries(_ id: String, at url: String?, _ host: LiveHost) async throws
        -> [ResourceLedger.Entry]
    {
        let all = try await host.resources()
        let matching = all.filter { $0.id == id && (url == nil || $0.url == url) }
        guard matching.count <= 1 else {
            throw Failure(
                .usage,
                "\(id.prefix(80)) is the id of \(matching.count) resources: say at which control plane",
                hints: matching.map { "--url \($0.url)" })
        }
        guard let found = matching.first else {
            let known = all.compactMap(\.id)
            throw Failure(
                .usage, "the ledger knows nothing of \(id.prefix(80))",
                hints: [
                    Suggestion.nearest(to: id, among: known).map { "did you mean \($0)?" },
                    known.isEmpty ? "nothing is running" : "known: \(known.joined(separator: ", "))",
                ].compactMap { $0 })
        }
        return all.filter {
            $0.suffix == found.suffix && $0.provider == found.provider && $0.url == found.url
        }
        .sorted { ($0.kind == "volume" ? 1 : 0) < ($1.kind == "volume" ? 1 : 0) }
    }

    private func delete(_ arguments: ParsedArguments, _ host: LiveHost, _ context: CommandContext)
        async throws -> Int32
    {
        await Self.removeAll(
            try await Self.entries(
                arguments.positionals[0], at: arguments.value("--url"), host), host, context,
            removesUnproven: false)
    }

    /// Each by itself: one that fails leaves the others their turn.
    private static func removeAll(
        _ entries: [ResourceLedger.Entry], _ host: LiveHost, _ context: CommandContext, removesUnproven: Bool
    ) async -> Int32 {
        let removal = ResourceRemoval(host: host, context: context)
        // A volume goes after its machine: one that may still be on its way would want it.
        var left = Set<String>()
        for entry in entries {
            guard entry.kind != "volume" || !left.contains(entry.suffix) else {
                context.result(
                    "stays", ResourceRow.fields(of: entry),
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
                context.output.line("error: \(Failure(error).description)", to: .error)
            }
        }
        return left.isEmpty ? 0 : FailureCode.leak.exitStatus
    }

    private func sweep(_ arguments: ParsedArguments, _ host: LiveHost, _ context: CommandContext) async throws
        -> Int32
    {
        let entries = try await host.resources().filter { arguments.has("--all") || $0.change != .kept }
            .sorted { ($0.kind == "volume" ? 1 : 0) < ($1.kind == "volume" ? 1 : 0) }
        guard !entries.isEmpty else {
            if !context.configuration.isJSON { context.output.line("nothing was left behind") }
            return 0
        }
        if !arguments.has("--yes") {
            for entry in entries {
                let candidates = await Self.candidates(for: entry, host)
                var fields = ResourceRow.fields(of: entry)
                fields["candidates"] = .list(candidates.map(EventValue.text))
                context.result(
                    "leftover", fields,
                    ([
                        "\(entry.id ?? "(id unknown)")  \(entry.provider) \(entry.kind)  \(ResourceRow.word(entry.change))  \(entry.url)"
                    ]
                        + candidates.map { "  \($0)" }).joined(separator: "\n"))
            }
            guard host.isTerminal else {
                throw Failure(
                    .usage, "sweep asks before it removes these \(entries.count)",
                    hints: ["pikachat agent sweep --yes removes them"])
            }
            guard
                case .text(let answer) = await PlainPrompt(output: context.output).readLine(
                    prompt: "remove all \(entries.count)? [y/n] "),
                ["y", "yes"].contains(answer.lowercased())
            else {
                context.output.line("nothing was removed")
                return 0
            }
        }
        return await Self.removeAll(
            entries, host, context, removesUnproven: arguments.has("--unproven"))
    }

    /// What a removal of an entry without id would find, for the question.
    private static func candidates(for entry: ResourceLedger.Entry, _ host: LiveHost) async -> [String] {
        guard entry.id == nil else { return [] }
        do {
            let known = try await host.knownIDs(at: entry)
            return try await host.provider(for: entry).findLeftovers(of: entry, known: known).map {
                "\($0.resource.id)\($0.isProven ? "" : "  perhaps somebody else's: removed with --unproven only")"
            }
        } catch { return ["cannot look: \(Failure(error).message)"] }
    }
}
