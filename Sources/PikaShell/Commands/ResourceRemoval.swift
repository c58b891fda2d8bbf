import AgentCore
import Foundation

/// What is to be done about one ledger entry, found out before anything is removed.
enum ResourceFinding: Equatable {
    case remove([ProviderResource])
    /// The control plane has no way to remove it, and still knows it.
    case stays(ProviderResource)
    /// May be ours, may be somebody else's.
    case unproven([ProviderResource])
    /// The control plane may still be at it.
    case unsettled(until: Int64)
    /// Never made, or gone already.
    case gone

    /// - Parameter now: milliseconds since 1970.
    static func of(_ intent: ResourceLedger.Entry, _ leftovers: [Leftover], now: Int64) -> ResourceFinding {
        let proven = leftovers.filter(\.isProven).map(\.resource)
        if !proven.isEmpty { return .remove(proven) }
        // What has a time to live is gone after it, whosever it was.
        let lifetime = intent.marks?["ttl_seconds"].flatMap { Int64($0) }
        if let lifetime, now > intent.settled + lifetime * 1000 { return .gone }
        if !leftovers.isEmpty { return .unproven(leftovers.map(\.resource)) }
        return now < intent.settled ? .unsettled(until: intent.settled) : .gone
    }
}

/// Removes what ledger entries name, for `agent delete` and `agent sweep`.
struct ResourceRemoval {
    let host: LiveHost
    let context: CommandContext

    func finding(for entry: ResourceLedger.Entry) async throws -> ResourceFinding {
        let provider = try host.provider(for: entry)
        guard let id = entry.id else {
            let known = try await host.knownIDs(at: entry)
            let found = ResourceFinding.of(
                entry, try await provider.findLeftovers(of: entry, known: known),
                now: Int64(Date().timeIntervalSince1970 * 1000))
            guard case .remove(let resources) = found, !provider.canRemove, let resource = resources.first
            else { return found }
            return .stays(resource)
        }
        let resource = ProviderResource(kind: entry.kind, id: id)
        guard !provider.canRemove else {
            // It looks newer than ours; a clock that was set since makes it look so, too.
            return try await provider.isStillOurs(entry) ? .remove([resource]) : .unproven([resource])
        }
        return try await provider.inspect(resource) == nil ? .gone : .stays(resource)
    }

    /// - Parameter removesUnproven: the user knows that they are ours.
    /// - Returns: whether nothing of the entry is left.
    func carryOut(
        _ finding: ResourceFinding, for entry: ResourceLedger.Entry, removesUnproven: Bool = false
    ) async throws -> Bool {
        let provider = try host.provider(for: entry)
        switch finding {
        case .remove(let resources): try await remove(resources, entry, provider)
        case .unproven(let resources) where removesUnproven: try await remove(resources, entry, provider)
        case .unproven(let resources):
            let commands = resources.map { provider.manualRemoval(of: $0) }
            var fields = ResourceRow.fields(of: entry)
            fields["candidates"] = .list(resources.map { .text($0.id) })
            fields["commands"] = .list(commands.map(EventValue.text))
            context.result(
                "unproven", fields,
                ([
                    "this may be ours, or somebody else's; look, and remove it by hand or with agent sweep --unproven:"
                ] + commands.map { "  \($0)" }).joined(separator: "\n"))
            return false
        case .unsettled(let until):
            let time = Date(timeIntervalSince1970: Double(until) / 1000)
            context.result(
                "unsettled", ResourceRow.fields(of: entry),
                "\(entry.provider) \(entry.kind) of an interrupted start may still be on its way; sweep again after \(time.formatted(.iso8601))"
            )
            return false
        case .stays(let resource):
            context.result(
                "stays", ResourceRow.fields(of: entry),
                "\(entry.provider) \(resource.kind) \(resource.id) cannot be removed: \(provider.manualRemoval(of: resource))"
            )
            try await record(.kept, entry, id: resource.id)
            return false
        case .gone:
            context.result(
                "gone", ResourceRow.fields(of: entry),
                entry.id.map { "\(entry.provider) \(entry.kind) \($0) is gone" }
                    ?? "\(entry.provider) \(entry.kind) of an interrupted start was never created, or is gone"
            )
        }
        try await record(.gone, entry, id: entry.id)
        return true
    }

    private func remove(
        _ resources: [ProviderResource], _ entry: ResourceLedger.Entry, _ provider: any Provider
    ) async throws {
        for resource in resources {
            try await provider.remove(resource)
            context.result(
                "removed",
                ["provider": .text(entry.provider), "kind": .text(resource.kind), "id": .text(resource.id)],
                "removed \(entry.provider) \(resource.kind) \(resource.id)")
        }
    }

    private func record(_ change: ResourceLedger.Entry.Change, _ entry: ResourceLedger.Entry, id: String?)
        async throws
    {
        try await host.environment.ledger.record(
            change, key: entry.key, provider: entry.provider, kind: entry.kind, id: id, url: entry.url)
    }
}
