import Foundation
import Vocabulary

/// Asks the control plane about ledger entries, and carries out what `Reconciliation` decides: for `agent delete` and `agent sweep`.
package struct ResourceReconciler: Sendable {
    private let ledger: ResourceLedger
    private let providers: ProviderFactory
    private let now: @Sendable () -> Int64

    /// - Parameter now: milliseconds since 1970.
    package init(
        ledger: ResourceLedger, providers: ProviderFactory,
        now: @escaping @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970 * 1000) }
    ) {
        (self.ledger, self.providers, self.now) = (ledger, providers, now)
    }

    /// In the order of removal: a machine that may still be on its way would want its volume.
    package static func inOrderOfRemoval(_ entries: [ResourceLedger.Entry]) -> [ResourceLedger.Entry] {
        entries.sorted { ($0.isAttachment ? 1 : 0) < ($1.isAttachment ? 1 : 0) }
    }

    /// Removes what the entries name, each by itself: one that fails leaves the others their turn.
    ///
    /// - Parameters:
    ///   - removesUnproven: the user knows that they are ours.
    ///   - report: gets what happens.
    /// - Returns: whether nothing is left.
    package func removeAll(
        _ entries: [ResourceLedger.Entry], removesUnproven: Bool, report: @Sendable (LogEvent) -> Void
    ) async -> Bool {
        var left = Set<String>()
        for entry in Self.inOrderOfRemoval(entries) {
            guard !entry.isAttachment || !left.contains(entry.suffix) else {
                report(.resource("stays", entry, "\(entry.title) stays until its machine is gone"))
                continue
            }
            do {
                let decision = try await reconcile(entry)
                let isGone = try await carryOut(
                    decision, for: entry, removesUnproven: removesUnproven, report: report)
                if !isGone { left.insert(entry.suffix) }
            } catch {
                left.insert(entry.suffix)
                report(.failure(Failure(error)))
                // Interrupted: the others would only fail in the same way.
                if Task.isCancelled { break }
            }
        }
        return left.isEmpty
    }

    package func reconcile(_ entry: ResourceLedger.Entry) async throws -> Reconciliation {
        let provider = try providers.make(for: entry)
        guard let id = entry.id else {
            let found = try await provider.findLeftovers(of: entry, known: await ledger.knownIDs(at: entry))
            return .ofIntent(entry, found, canRemove: provider.canRemove, now: now())
        }
        let resource = ProviderResource(kind: entry.kind, id: id)
        guard provider.canRemove else {
            let isKnown = try await provider.inspect(resource) != nil
            return .ofKnown(resource, canRemove: false, isStillOurs: true, isKnown: isKnown)
        }
        let isStillOurs = try await provider.isStillOurs(entry)
        return .ofKnown(resource, canRemove: true, isStillOurs: isStillOurs, isKnown: true)
    }

    /// - Returns: whether nothing of the entry is left.
    private func carryOut(
        _ decision: Reconciliation, for entry: ResourceLedger.Entry, removesUnproven: Bool,
        report: @Sendable (LogEvent) -> Void
    ) async throws -> Bool {
        let provider = try providers.make(for: entry)
        switch decision {
        case .remove(let resources): try await remove(resources, entry, provider, report)
        case .unproven(let resources) where removesUnproven:
            try await remove(resources, entry, provider, report)
        case .unproven(let resources):
            report(.unproven(entry, resources, commands: resources.map(provider.manualRemoval)))
            return false
        case .unsettled(let until):
            let time = Date(timeIntervalSince1970: Double(until) / 1000).formatted(.iso8601)
            report(
                .resource(
                    "unsettled", entry,
                    "\(entry.provider) \(entry.kind) of an interrupted start may still be on its way; sweep again after \(time)"
                ))
            return false
        case .stays(let resource):
            report(
                .resource(
                    "stays", entry,
                    """
                    \(entry.provider) \(resource.kind) \(resource.id) cannot be removed: \(provider.manualRemoval(of: resource))
                      if it is to go on running, say so, and sweep leaves it out: pikachat agent keep \(resource.id)
                    """, ["command": .text("pikachat agent keep \(resource.id)")], isBlock: true))
            // Not kept: nobody asked for that. What was only an intent has its id now.
            if entry.id == nil { try await ledger.record(.created, of: entry, id: resource.id) }
            return false
        case .gone:
            report(
                .resource(
                    "gone", entry,
                    entry.id.map { "\(entry.provider) \(entry.kind) \($0) is gone" }
                        ?? "\(entry.provider) \(entry.kind) of an interrupted start was never created, or is gone"
                ))
        }
        try await ledger.record(.gone, of: entry, id: entry.id)
        return true
    }

    private func remove(
        _ resources: [ProviderResource], _ entry: ResourceLedger.Entry, _ provider: any Provider,
        _ report: @Sendable (LogEvent) -> Void
    ) async throws {
        for resource in resources {
            try await provider.remove(resource)
            report(.removed(resource, by: entry.provider))
        }
    }
}

extension ResourceLedger.Entry {
    /// Something that belongs to a machine and goes after it.
    var isAttachment: Bool { kind == "volume" }

    var title: String { "\(provider) \(kind) \(id ?? "(id unknown)")" }
}

extension ResourceLedger {
    /// Ids that the ledger accounts for at the control plane of an entry; another control plane may have the same ones.
    package func knownIDs(at entry: Entry) -> Set<String> {
        Set(open.filter { $0.provider == entry.provider && $0.url == entry.url }.compactMap(\.id))
    }

    /// A change of something that has an entry.
    package func record(_ change: Entry.Change, of entry: Entry, id: String?) throws {
        try record(
            change, key: entry.key, provider: entry.provider, kind: entry.kind, id: id, url: entry.url)
    }
}
