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
        /// Why the control plane could not be asked.
        var failure: Failure?
    }

    var entries: [ResourceLedger.Entry] { get async { await ledger.open } }

    /// In the order of the entries; all are asked at the same time.
    func rows(of entries: [ResourceLedger.Entry]) async -> [Row] {
        zip(entries, await host.providers.states(of: entries)).map { entry, state in
            Row(entry: entry, state: state.text, failure: state.failure)
        }
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

    /// What the control planes have beside the ledger's entries.
    struct Unlisted: Sendable {
        var found: [(listed: ListedResource, provider: any Provider)] = []
        /// Providers that could not be asked.
        var failures: [(provider: String, failure: Failure)] = []
        /// Those that offer no list, with their addresses.
        var silent: [(provider: String, url: String)] = []
    }

    /// Asks the control planes in the ledger, and those that the environment names. Two may share one address.
    func unlisted(beside entries: [ResourceLedger.Entry]) async -> Unlisted {
        var known = Set<[String]>()
        for entry in entries {
            if let id = entry.id { known.insert([entry.provider, entry.url, id]) }
        }
        var asked = Set<[String]>()
        var result = Unlisted()
        func ask(_ name: String, _ make: () throws -> any Provider) async {
            do {
                let provider = try make()
                let plane = [provider.name, provider.controlPlane]
                guard asked.insert(plane).inserted else { return }
                guard let list = try await provider.list() else {
                    result.silent.append((provider.name, provider.controlPlane))
                    return
                }
                for listed in list where !known.contains(plane + [listed.resource.id]) {
                    result.found.append((listed, provider))
                }
            } catch { result.failures.append((name, Failure(error))) }
        }
        for entry in entries { await ask(entry.provider) { try host.providers.make(for: entry) } }
        for description in host.providers.descriptions where host.providers.isConfigured(description) {
            await ask(description.name) { try host.providers.make(configured: description) }
        }
        return result
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
