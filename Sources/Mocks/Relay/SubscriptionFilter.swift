import Cryptography
import Nostr

/// A single-letter tag with its first value: what filters can ask for (NIP-01).
struct TagKey: Hashable {
    let name: UInt8
    let value: String

    static func all(of event: Event) -> Set<TagKey> {
        var keys: Set<TagKey> = []
        for tag in event.tags {
            guard tag.name.utf8.count == 1, let name = tag.name.utf8.first, let value = tag.value else {
                continue
            }
            keys.insert(TagKey(name: name, value: value))
        }
        return keys
    }
}

/// A filter in the form in which the relay compares it with many events.
struct SubscriptionFilter: Sendable {
    let ids: Set<EventID>?
    let authors: Set<XOnlyKey>?
    let kinds: Set<EventKind>?
    let tags: [(name: UInt8, values: Set<String>)]
    let limit: Int?
    /// Seconds since 1970; nil when nothing can lie between.
    let span: ClosedRange<Int64>?

    init(_ filter: Filter) {
        ids = filter.ids.map(Set.init)
        authors = filter.authors.map(Set.init)
        kinds = filter.kinds.map(Set.init)
        tags = filter.tags.compactMap { name, values in
            name.utf8.first.map { ($0, Set(values)) }
        }
        limit = filter.limit
        let (since, until) = (filter.since ?? .min, filter.until ?? .max)
        span = since <= until ? since...until : nil
    }

    /// Whether the event is asked for. `limit` is not a property of one event.
    func matches(_ event: Event) -> Bool {
        guard let span, span.contains(event.createdAt) else { return false }
        if let kinds, !kinds.contains(event.kind) { return false }
        if let authors, !authors.contains(event.author) { return false }
        if let ids, !ids.contains(event.id) { return false }
        return tags.allSatisfy { name, values in
            event.tags.contains { tag in
                tag.name.utf8.count == 1 && tag.name.utf8.first == name
                    && (tag.value.map(values.contains) ?? false)
            }
        }
    }
}
