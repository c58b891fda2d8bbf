import Cryptography
import Nostr

/// A relay's events in memory (NIPs 01, 09, 40): indexed by id, and by kind, author and tag, each in the order
/// of time.
package struct RelayStore {
    package enum Outcome: Equatable {
        case stored
        /// To be broadcast, but not stored.
        case ephemeral
        case duplicate
        /// The store has a newer version of the same replaceable or addressable event.
        case outdated
        /// Its author has asked for its deletion.
        case deleted
        case expired
    }

    /// Maximum number of stored events; the oldest are evicted first.
    package static let maximumEvents = 200_000
    /// Maximum number of events that one filter returns.
    package static let maximumPerFilter = 5000

    private typealias Kinds = [EventKind: EventIndex]

    private var events: [EventID: StoredEvent] = [:]
    private var all = EventIndex()
    private var byKind: Kinds = [:]
    // Authors and tags are mostly asked for together with a kind.
    private var byAuthor: [XOnlyKey: Kinds] = [:]
    private var byTag: [TagKey: Kinds] = [:]
    private var current: [EventAddress: StoredEvent] = [:]

    package init() {}

    package var count: Int { events.count }

    // MARK: Changing

    /// - Parameter now: seconds since 1970.
    package mutating func insert(_ stored: StoredEvent, at now: Int64) -> Outcome {
        let event = stored.event
        if stored.isExpired(at: now) { return .expired }
        if event.kind.retention == .ephemeral { return .ephemeral }
        guard events[event.id] == nil else { return .duplicate }
        let address = EventAddress(of: event)
        if isDeleted(event, address) { return .deleted }
        if let address {
            if let known = current[address] {
                guard stored.comesBefore(known) else { return .outdated }
                remove(known)
            }
            current[address] = stored
        }
        if event.kind == .deletion { carryOut(event) }
        if events.count >= Self.maximumEvents, let oldest = all.oldest { remove(oldest) }
        events[event.id] = stored
        all.insert(stored)
        byKind[event.kind, default: EventIndex()].insert(stored)
        byAuthor[event.author, default: [:]][event.kind, default: EventIndex()].insert(stored)
        for key in TagKey.all(of: event) {
            byTag[key, default: [:]][event.kind, default: EventIndex()].insert(stored)
        }
        return .stored
    }

    private mutating func remove(_ stored: StoredEvent) {
        let event = stored.event
        events[event.id] = nil
        all.remove(stored)
        Self.remove(stored, from: &byKind)
        Self.remove(stored, from: &byAuthor, event.author)
        for key in TagKey.all(of: event) { Self.remove(stored, from: &byTag, key) }
        if let address = EventAddress(of: event), current[address] === stored { current[address] = nil }
    }

    private static func remove(_ stored: StoredEvent, from kinds: inout Kinds) {
        let kind = stored.event.kind
        kinds[kind]?.remove(stored)
        if kinds[kind]?.isEmpty ?? false { kinds[kind] = nil }
    }

    private static func remove<Key>(_ stored: StoredEvent, from index: inout [Key: Kinds], _ key: Key) {
        guard index[key] != nil else { return }
        remove(stored, from: &index[key, default: [:]])
        if index[key]?.isEmpty ?? false { index[key] = nil }
    }

    // MARK: Deletion (NIP-09)

    /// The requests stay in the store: what they name is kept out when it comes later.
    private func isDeleted(_ event: Event, _ address: EventAddress?) -> Bool {
        // "Publishing a deletion request event against a deletion request has no effect."
        guard event.kind != .deletion else { return false }
        if newestRequest(TagKey(name: UInt8(ascii: "e"), value: event.id.hex), by: event.author) != nil {
            return true
        }
        guard let address,
            let request = newestRequest(
                TagKey(name: UInt8(ascii: "a"), value: address.text), by: event.author)
        else { return false }
        return request.createdAt >= event.createdAt
    }

    private func newestRequest(_ key: TagKey, by author: XOnlyKey) -> Event? {
        guard var requests = byTag[key]?[.deletion]?.newestFirst(.min ... .max) else { return nil }
        while let stored = requests.next() {
            if stored.event.author == author { return stored.event }
        }
        return nil
    }

    private mutating func carryOut(_ request: Event) {
        for tag in request.tags {
            guard let value = tag.value else { continue }
            switch tag.name {
            case "e":
                if let stored = EventID(hex: value).flatMap({ events[$0] }),
                    stored.event.author == request.author, stored.event.kind != .deletion
                {
                    remove(stored)
                }
            case "a":
                if let address = EventAddress(value), address.author == request.author,
                    let stored = current[address], stored.event.createdAt <= request.createdAt
                {
                    remove(stored)
                }
            default: break
            }
        }
    }

    // MARK: Asking

    /// The stored events for a subscription: the newest matches of each filter, each event once, newest first.
    package func query(_ filters: [Filter], at now: Int64) -> [StoredEvent] {
        query(filters.map(SubscriptionFilter.init), at: now)
    }

    func query(_ filters: [SubscriptionFilter], at now: Int64) -> [StoredEvent] {
        let found = filters.map { filter in
            let limit = min(filter.limit ?? Self.maximumPerFilter, Self.maximumPerFilter)
            return matches(of: filter, at: now, limit: limit)
        }
        return found.count == 1 ? found[0] : Self.united(found)
    }

    /// How many events match any of the filters (NIP-45), whatever their limits.
    func count(_ filters: [SubscriptionFilter], at now: Int64) -> Int {
        let found = filters.map { matches(of: $0, at: now, limit: .max) }
        return found.count == 1 ? found[0].count : Self.united(found).count
    }

    private static func united(_ lists: [[StoredEvent]]) -> [StoredEvent] {
        var known: Set<ObjectIdentifier> = []
        return lists.joined().filter { known.insert(ObjectIdentifier($0)).inserted }
            .sorted { $0.comesBefore($1) }
    }

    private func matches(of filter: SubscriptionFilter, at now: Int64, limit: Int) -> [StoredEvent] {
        guard limit > 0, let span = filter.span else { return [] }
        var found: [StoredEvent] = []
        if let ids = filter.ids {
            found = ids.compactMap { events[$0] }.filter {
                filter.matches($0.event) && !$0.isExpired(at: now)
            }.sorted { $0.comesBefore($1) }
            return Array(found.prefix(limit))
        }
        var merge = EventMerge(shortest(filter).map { $0.newestFirst(span) })
        while found.count < limit, let stored = merge.next() {
            if filter.matches(stored.event), !stored.isExpired(at: now) { found.append(stored) }
        }
        return found
    }

    /// The lists with the fewest events that contain all matches.
    private func shortest(_ filter: SubscriptionFilter) -> [EventIndex] {
        func lists(_ kinds: Kinds?) -> [EventIndex] {
            guard let kinds else { return [] }
            return filter.kinds.map { $0.compactMap { kinds[$0] } } ?? Array(kinds.values)
        }
        var choices: [[EventIndex]] = [filter.kinds == nil ? [all] : lists(byKind)]
        if let authors = filter.authors { choices.append(authors.flatMap { lists(byAuthor[$0]) }) }
        for (name, values) in filter.tags {
            choices.append(values.flatMap { lists(byTag[TagKey(name: name, value: $0)]) })
        }
        return choices.min { $0.reduce(0) { $0 + $1.count } < $1.reduce(0) { $0 + $1.count } } ?? [all]
    }
}

extension EventKind {
    static let deletion = EventKind(rawValue: 5)  // NIP-09
}
