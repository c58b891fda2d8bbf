import Cryptography
import Nostr

/// A relay's event store with the semantics of NIP-01: in memory, indexed and bounded.
package struct RelayStore {
    package enum Outcome: Equatable {
        case stored
        /// To be broadcast, but not stored.
        case ephemeral
        case duplicate
        /// The store has a newer version of the same replaceable or addressable event.
        case outdated
    }

    /// Maximum number of stored events; the oldest are evicted first.
    package static let maximumEvents = 200_000
    /// Maximum number of events that one filter returns.
    package static let maximumPerFilter = 5000

    private struct Address: Hashable {
        let kind: EventKind
        let author: XOnlyKey
        let identifier: String
    }

    private var events: [EventID: Event] = [:]
    private var byAuthor: [XOnlyKey: Set<EventID>] = [:]
    private var byTag: [String: Set<EventID>] = [:]
    private var byKind: [EventKind: Set<EventID>] = [:]
    private var current: [Address: EventID] = [:]

    package init() {}

    package var count: Int { events.count }

    package mutating func insert(_ event: Event) -> Outcome {
        if event.kind.retention == .ephemeral { return .ephemeral }
        guard events[event.id] == nil else { return .duplicate }
        if let address = Self.address(of: event) {
            if let known = current[address].flatMap({ events[$0] }) {
                // NIP-01: the newer event wins, or on equal dates the one with the lower id.
                guard (event.createdAt, known.id) > (known.createdAt, event.id) else { return .outdated }
                remove(known)
            }
            current[address] = event.id
        }
        if events.count >= Self.maximumEvents,
            let oldest = events.values.min(by: { $0.createdAt < $1.createdAt })
        {
            remove(oldest)
        }
        events[event.id] = event
        byAuthor[event.author, default: []].insert(event.id)
        byKind[event.kind, default: []].insert(event.id)
        for key in Self.tagKeys(of: event) { byTag[key, default: []].insert(event.id) }
        return .stored
    }

    /// The stored events for a subscription: the newest matches of each filter, without duplicates, newest
    /// first.
    package func query(_ filters: [Filter]) -> [Event] {
        var found: [EventID: Event] = [:]
        for filter in filters {
            let limit = min(filter.limit ?? Self.maximumPerFilter, Self.maximumPerFilter)
            guard limit > 0 else { continue }
            for event in Self.newestFirst(candidates(filter).filter(filter.matches)).prefix(limit) {
                found[event.id] = event
            }
        }
        return Self.newestFirst(Array(found.values))
    }

    /// The smallest indexed set that contains all matches.
    private func candidates(_ filter: Filter) -> [Event] {
        var sets: [[Set<EventID>]] = []
        if let ids = filter.ids { return ids.compactMap { events[$0] } }
        if let authors = filter.authors { sets.append(authors.compactMap { byAuthor[$0] }) }
        if let kinds = filter.kinds { sets.append(kinds.compactMap { byKind[$0] }) }
        for (name, values) in filter.tags { sets.append(values.compactMap { byTag["\(name):\($0)"] }) }
        guard let best = sets.min(by: { $0.reduce(0) { $0 + $1.count } < $1.reduce(0) { $0 + $1.count } })
        else {
            return Array(events.values)
        }
        return Set(best.joined()).compactMap { events[$0] }
    }

    private mutating func remove(_ event: Event) {
        events[event.id] = nil
        byAuthor[event.author]?.remove(event.id)
        byKind[event.kind]?.remove(event.id)
        for key in Self.tagKeys(of: event) {
            byTag[key]?.remove(event.id)
            if byTag[key]?.isEmpty ?? false { byTag[key] = nil }
        }
    }

    private static func tagKeys(of event: Event) -> [String] {
        event.tags.compactMap { tag in
            tag.name.utf8.count == 1 ? tag.value.map { "\(tag.name):\($0)" } : nil
        }
    }

    private static func address(of event: Event) -> Address? {
        switch event.kind.retention {
        case .replaceable: Address(kind: event.kind, author: event.author, identifier: "")
        case .addressable:
            Address(kind: event.kind, author: event.author, identifier: event.tags.value("d") ?? "")
        case .regular, .ephemeral: nil
        }
    }

    private static func newestFirst(_ events: [Event]) -> [Event] {
        events.sorted { ($0.createdAt, $1.id) > ($1.createdAt, $0.id) }
    }
}
