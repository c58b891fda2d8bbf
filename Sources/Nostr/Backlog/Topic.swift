/// Events of which none may be missed: a filter, and how far each relay was read before.
package struct Topic: Sendable {
    package let name: String
    /// Without `since`, `until` and `limit`.
    package let filter: Filter
    /// What is older is of no use. Seconds since 1970.
    package let since: Int64
    /// The relays' stored events that we know already; a relay without an entry is read from `since` on.
    package var marks: [RelayURL: SyncMark]
    /// Nothing can have been stored yet: there is no history to be read.
    package let isNew: Bool
    /// The dates say nothing of when the events were published: gift wraps (NIP-59). All is read on each new connection, then.
    package let isBackdated: Bool

    package init(
        _ name: String, _ filter: Filter, since: Int64, marks: [RelayURL: SyncMark] = [:],
        isNew: Bool = false,
        isBackdated: Bool = false
    ) {
        (self.name, self.filter, self.since) = (name, filter, since)
        (self.marks, self.isNew, self.isBackdated) = (marks, isNew, isBackdated)
    }

    func filter(since: Int64, until: Int64? = nil, limit: Int) -> Filter {
        var filter = filter
        (filter.since, filter.until, filter.limit) = (since, until, limit)
        return filter
    }
}
