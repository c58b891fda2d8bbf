import Marmot
import Nostr

/// Group events of all sessions over few subscriptions: relays allow only so many per connection.
///
/// Each subscription covers up to `groupsPerSubscription` groups. A group that is added makes its subscription ask again; what was seen
/// before is known to the groups' inboxes.
package actor GroupFeed {
    /// Small enough that asking again stays cheap, large enough that a hundred sessions need a handful of subscriptions.
    static let groupsPerSubscription = 16

    private struct Chunk {
        var subscription: RelayPool.Subscription
        var forwarding: Task<Void, Never>
    }

    private let pool: RelayPool
    /// Seconds since 1970.
    private let now: @Sendable () -> Int64
    /// Which groups each chunk should cover; changed before anything is awaited.
    private(set) var members: [Int: Set<String>] = [:]
    private var chunks: [Int: Chunk] = [:]
    private var renewing = Set<Int>()
    /// Chunks whose subscription covers too little, or has to ask once more.
    private var stale = Set<Int>()
    private var nextChunk = 0
    private var queues: [String: DeliveryQueue] = [:]

    package init(pool: RelayPool, now: @escaping @Sendable () -> Int64) {
        self.pool = pool
        self.now = now
    }

    /// The session that gets a group's events.
    func listener(to nostrGroupID: String) -> String? { queues[nostrGroupID]?.owner }

    /// Events of a group go to `queue` from now on, stored ones first.
    func listen(to nostrGroupID: String, _ queue: DeliveryQueue) async {
        queues[nostrGroupID] = queue
        // Listening already means to ask for everything once more.
        let covering = members.first { $0.value.contains(nostrGroupID) }?.key
        let open = covering ?? members.filter { $0.value.count < Self.groupsPerSubscription }.keys.min()
        let number = open ?? nextChunk
        if open == nil { nextChunk += 1 }
        members[number, default: []].insert(nostrGroupID)
        await renew(number)
    }

    /// Does nothing where another session has taken the group over.
    func stopListening(to nostrGroupID: String, _ queue: DeliveryQueue) async {
        guard queues[nostrGroupID] === queue else { return }
        queues[nostrGroupID] = nil
        guard let number = members.first(where: { $0.value.contains(nostrGroupID) })?.key else { return }
        // Asking for one group too many does no harm; the next group takes its place.
        members[number]?.remove(nostrGroupID)
        guard members[number]?.isEmpty ?? false else { return }
        members[number] = nil
        if let chunk = chunks.removeValue(forKey: number) { await end(chunk) }
    }

    /// Asks for what the chunk should cover, as often as that changes meanwhile, with one new subscription at a time. It stands before the
    /// old one ends, so that nothing falls between them.
    private func renew(_ number: Int) async {
        stale.insert(number)
        // Whoever is at it asks once more.
        guard renewing.insert(number).inserted else { return }
        while stale.remove(number) != nil, let groups = members[number] {
            let subscription = await pool.subscribe([filter(groups)])
            let forwarding = Task { await self.forward(subscription, groups) }
            let old = chunks[number]
            chunks[number] = Chunk(subscription: subscription, forwarding: forwarding)
            if let old { await end(old) }
        }
        renewing.remove(number)
        if members[number] == nil, let chunk = chunks.removeValue(forKey: number) { await end(chunk) }
    }

    /// What is older would be refused, and reported again each time the subscription is renewed.
    private func filter(_ groups: Set<String>) -> Filter {
        Filter(
            kinds: [.groupEvent], tags: ["h": groups.sorted()],
            since: now() - Marmot.groupEventMaximumAgeSeconds)
    }

    private func end(_ chunk: Chunk) async {
        chunk.forwarding.cancel()
        await pool.cancel(chunk.subscription)
    }

    /// Hands deliveries over and never waits for a session.
    private func forward(_ subscription: RelayPool.Subscription, _ groups: Set<String>) async {
        // Groups of which something was dropped: the end of the stored events would be a lie to them.
        var incomplete = Set<String>()
        for await delivery in subscription.deliveries {
            switch delivery {
            case .event(let event, _):
                guard let group = event.tags.value("h")?.lowercased(), let queue = queues[group] else {
                    continue
                }
                if !queue.offer(delivery, of: group) { incomplete.insert(group) }
            case .endOfStoredEvents:
                for group in groups.subtracting(incomplete) { queues[group]?.offer(delivery, of: group) }
            case .closed: for group in groups { queues[group]?.offer(delivery, of: group) }
            }
        }
    }
}
