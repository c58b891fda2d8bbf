import AgentCore
import Foundation
import Vocabulary

/// Resources as the ledger knows them, and what their control planes say.
struct ResourceQuery: Sendable {
    let host: LiveHost

    private var ledger: ResourceLedger { host.workspace.environment.ledger }

    /// An entry with its state at the control plane.
    struct Row: Sendable {
        let entry: ResourceLedger.Entry
        let state: String
    }

    var entries: [ResourceLedger.Entry] { get async { await ledger.open } }

    /// In the order of the entries; all are asked at the same time.
    func rows(of entries: [ResourceLedger.Entry]) async -> [Row] {
        await withTaskGroup(of: (Int, Row).self) { group in
            for (index, entry) in entries.enumerated() {
                group.addTask { (index, Row(entry: entry, state: await state(of: entry))) }
            }
            var rows: [(Int, Row)] = []
            for await row in group { rows.append(row) }
            return rows.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private func state(of entry: ResourceLedger.Entry) async -> String {
        guard let id = entry.id else { return "look for it with: pikachat agent sweep" }
        do {
            let resource = ProviderResource(kind: entry.kind, id: id)
            return try await host.providers.make(for: entry).inspect(resource) ?? "unknown (gone)"
        } catch { return Failure(error).message }
    }

    /// The entry of that id with everything created together with it, machines before their volumes.
    ///
    /// - Parameter url: the control plane, where several have something of that id.
    /// - Throws: `Failure` (usage) for an id that is unknown, or not unique.
    func entries(of id: String, at url: String?) async throws -> [ResourceLedger.Entry] {
        let all = await entries
        let matching = all.filter { $0.id == id && (url == nil || $0.url == url) }
        guard matching.count <= 1 else {
            throw Failure(
                .usage, "\(id.cut(to: 80)) is the id of \(matching.count) resources: name the control plane",
                hints: matching.map { "--url \($0.url)" })
        }
        guard let found = matching.first else {
            let known = all.compactMap(\.id)
            throw Failure(
                .usage, "the ledger does not know \(id.cut(to: 80))",
                hints: [
                    Suggestion.nearest(to: id, among: known).map { "did you mean \($0)?" },
                    known.isEmpty ? "nothing is running" : "known: \(known.joined(separator: ", "))",
                ].compactMap { $0 })
        }
        return ResourceReconciler.inOrderOfRemoval(
            all.filter {
                $0.suffix == found.suffix && $0.provider == found.provider && $0.url == found.url
            })
    }

    /// What the control planes list beside the ledger's entries: those in the ledger, and those that the environment names.
    func unlisted(beside entries: [ResourceLedger.Entry]) async -> (
        found: [(listed: ListedResource, provider: any Provider)],
        failures: [(provider: String, failure: Failure)]
    ) {
        let known = Set(entries.compactMap(\.id))
        var asked = Set<String>()
        var found: [(ListedResource, any Provider)] = []
        var failures: [(String, Failure)] = []
        func ask(_ name: String, _ make: () throws -> any Provider) async {
            do {
                let provider = try make()
                guard asked.insert(provider.controlPlane).inserted else { return }
                for listed in try await provider.list() ?? [] where !known.contains(listed.resource.id) {
                    found.append((listed, provider))
                }
            } catch { failures.append((name, Failure(error))) }
        }
        for entry in entries { await ask(entry.provider) { try host.providers.make(for: entry) } }
        for description in host.providers.descriptions where host.providers.isConfigured(description) {
            await ask(description.name) { try host.providers.make(configured: description) }
        }
        return (found, failures)
    }

    /// Removes what entries name.
    ///
    /// - Returns: the exit status: that of a leak when something is left.
    func remove(_ entries: [ResourceLedger.Entry], removesUnproven: Bool) async -> Int32 {
        let reconciler = ResourceReconciler(ledger: ledger, providers: host.providers)
        let isClean = await reconciler.removeAll(entries, removesUnproven: removesUnproven) {
            host.log.emit($0)
        }
        return isClean ? 0 : FailureCode.leak.exitStatus
    }

    /// What a removal of an entry without an id would find, for the question.
    func candidates(for entry: ResourceLedger.Entry) async -> [String] {
        guard entry.id == nil else { return [] }
        do {
            let known = await ledger.knownIDs(at: entry)
            return try await host.providers.make(for: entry).findLeftovers(of: entry, known: known).map {
                "\($0.resource.id)\($0.isProven ? "" : "  may be somebody else's: removed with --unproven only")"
            }
        } catch { return ["cannot look: \(Failure(error).message)"] }
    }
}
