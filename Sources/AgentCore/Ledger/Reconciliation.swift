/// What is to be done about one ledger entry: decided from the ledger and from what the control plane says, before anything is removed.
/// Pure.
package enum Reconciliation: Equatable, Sendable {
    case remove([ProviderResource])
    /// The control plane has no way to remove it, and still knows it.
    case stays(ProviderResource)
    /// May be ours, may be somebody else's.
    case unproven([ProviderResource])
    /// The control plane may still be working on it.
    case unsettled(until: Int64)
    /// Never created, or gone already.
    case gone

    /// About something that has an id.
    ///
    /// - Parameters:
    ///   - canRemove: whether the control plane removes anything at all.
    ///   - isStillOurs: whether what has the id now is what the entry means; a clock that was set meanwhile can make it look newer.
    ///   - isKnown: whether the control plane knows the id.
    package static func ofKnown(
        _ resource: ProviderResource, canRemove: Bool, isStillOurs: Bool, isKnown: Bool
    ) -> Reconciliation {
        guard canRemove else { return isKnown ? .stays(resource) : .gone }
        return isStillOurs ? .remove([resource]) : .unproven([resource])
    }

    /// About an interrupted creation, whose id never arrived.
    ///
    /// - Parameters:
    ///   - leftovers: what the control plane has that may have come from it.
    ///   - now: milliseconds since 1970.
    package static func ofIntent(
        _ intent: ResourceLedger.Entry, _ leftovers: [Leftover], canRemove: Bool, now: Int64
    ) -> Reconciliation {
        let proven = leftovers.filter(\.isProven).map(\.resource)
        if let first = proven.first { return canRemove ? .remove(proven) : .stays(first) }
        // What has a time to live is gone after it, whoever created it.
        let lifetime = intent.marks?["ttl_seconds"].flatMap { Int64($0) }
        if let lifetime, now > intent.settled + lifetime * 1000 { return .gone }
        if !leftovers.isEmpty { return .unproven(leftovers.map(\.resource)) }
        return now < intent.settled ? .unsettled(until: intent.settled) : .gone
    }
}
