import Marmot
import Nostr

/// Group events of all sessions over few subscriptions: relays allow only so many per connection.
///
/// Each subscription covers up to `groupsPerSubscription` groups. A group that is added makes its subscription ask again; what was seen
/// before is known to the groups' inboxes.
package actor GroupFeed {
    /// Small enough that asking again stays cheap, large enough that a hundred sessions need a handful of subscriptions.
    private static let groupsPerSubscription = 16

    private struct Chunk {
        var subscription: RelayPool.Subscription
        var forwarding: Task<Void, Never>
    }

    private let pool: RelayPool
    /// Which groups each chunk should cover; changed before anything is awaited.
    private var members: [Int: Set<String>] = [:]
    private var chunks: [Int: Chunk] = [:]
    private var nextChunk = 0
    private var queues: [String: DeliveryQueue] = [:]

    package init(pool: RelayPool) { self.pool = pool }

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

    package func stopListening(to nostrGroupID: String) async {
        guard queues.removeValue(forKey: nostrGroupID) != nil,
            let number = members.first(where: { $0.value.contains(nostrGroupID) })?.key
        else { return }
        // Asking for one group too many does no harm; the next group takes its place.
        members[number]?.remove(nostrGroupID)
        guard members[number]?.isEmpty ?? false else { return }
        members[number] = nil
        if let chunk = chunks.removeValue(forKey: number) { await end(chunk) }
    }

    /// Asks for what the chunk should cover, as often as that changes meanwhile. The new subscription stands before the old one ends, so
    /// that nothing falls between them.
    private func renew(_ number: Int) async {
        var wanted: Set<String>
        repeat {
            wanted = members[number] ?? []
            let groups = wanted
            let subscription = await pool.subscribe([
                Filter(kinds: [.groupEvent], tags: ["h": groups.sorted()])
            ])
            let forwarding = Task {
                for await delivery in subscription.deliveries { self.forward(delivery, groups) }
            }
            let old = chunks[number]
            chunks[number] = Chunk(subscription: subscription, forwarding: forwarding)
            if let old { await end(old) }
        } while members[number] != nil && members[number] != wanted
        if members[number] == nil, let chunk = chunks.removeValue(forKey: number) { await end(chunk) }
    }

    private func end(_ chunk: Chunk) async {
        chunk.forwarding.cancel()
        await pool.cancel(chunk.subscription)
    }

    /// Hands a delivery over and never waits for a session.
    private func forward(_ delivery: RelayPool.Delivery, _ groups: Set<String>) {
        switch delivery {
        case .event(let event, _):
            guard let group = event.tags.value("h")?.lowercased() else { return }
            queues[group]?.offer(delivery, of: group)
        case .endOfStoredEvents, .closed:
            for group in groups { queues[group]?.offer(delivery, of: group) }
        }
    }
}
