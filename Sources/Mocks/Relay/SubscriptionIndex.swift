import Cryptography
import Nostr

/// One subscription of one client.
final class Subscription: Sendable {
    let name: String
    let filters: [SubscriptionFilter]
    let outbox: Outbox
    /// Everything of its EVENT messages before the event.
    let head: [UInt8]

    init(_ name: String, _ filters: [SubscriptionFilter], to outbox: Outbox) {
        self.name = name
        self.filters = filters
        self.outbox = outbox
        head = RelayReply.eventHead(subscription: name)
    }
}

/// Finds the subscriptions that want an event without asking all of them.
struct SubscriptionIndex {
    /// A property that an event must have; each filter stands under all values of one of its fields.
    private enum Key: Hashable {
        case id(EventID), author(XOnlyKey), tag(TagKey), kind(EventKind)
        case any
    }

    private var lists: [Key: [ObjectIdentifier: Subscription]] = [:]

    mutating func insert(_ subscription: Subscription) {
        for key in Self.keys(of: subscription) {
            lists[key, default: [:]][ObjectIdentifier(subscription)] = subscription
        }
    }

    mutating func remove(_ subscription: Subscription) {
        for key in Self.keys(of: subscription) {
            lists[key]?[ObjectIdentifier(subscription)] = nil
            if lists[key]?.isEmpty ?? false { lists[key] = nil }
        }
    }

    func matching(_ event: Event) -> [Subscription] {
        guard !lists.isEmpty else { return [] }
        var keys: [Key] = [.id(event.id), .author(event.author), .kind(event.kind), .any]
        keys += TagKey.all(of: event).map(Key.tag)
        let candidates = keys.compactMap { lists[$0] }
        var found: [Subscription] = []
        var known: Set<ObjectIdentifier> = []
        for list in candidates {
            for (identity, subscription) in list
            where subscription.filters.contains(where: { $0.matches(event) }) {
                if candidates.count == 1 || known.insert(identity).inserted { found.append(subscription) }
            }
        }
        return found
    }

    private static func keys(of subscription: Subscription) -> Set<Key> {
        var keys: Set<Key> = []
        for filter in subscription.filters {
            if let ids = filter.ids {
                keys.formUnion(ids.map(Key.id))
            } else if let tag = filter.tags.min(by: { $0.values.count < $1.values.count }) {
                keys.formUnion(tag.values.map { .tag(TagKey(name: tag.name, value: $0)) })
            } else if let authors = filter.authors {
                keys.formUnion(authors.map(Key.author))
            } else if let kinds = filter.kinds {
                keys.formUnion(kinds.map(Key.kind))
            } else {
                keys.insert(.any)
            }
        }
        return keys
    }
}
