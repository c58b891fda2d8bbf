import Marmot
import Nostr

/// Group events of all sessions over few subscriptions: relays allow only so many per connection.
///
/// Each subscription covers up to `groupsPerSubscription` groups, and more of them where there are so many groups that a relay would allow no
/// further subscription. A group that is added makes its subscription begin anew; of the others
/// only what is new since is asked for.
package actor GroupFeed {
    /// Small enough that each group's filter is allowed, large enough that a hundred sessions need a handful of subscriptions.
    static let groupsPerSubscription = 10
    /// Relays as people run them allow twenty subscriptions, of which other things need some, …
    static let usualSubscriptions = 8
    /// … and some no more filters in each than this.
    static let manyGroupsPerSubscription = 16

    private struct Chunk {
        var following: RelayPool.Following
        var forwarding: Task<Void, Never>
    }

    private struct Listener {
        let queue: DeliveryQueue
        /// What its subscription has delivered.
        var marks: SyncMarks
        /// What is older is of no use. Seconds since 1970.
        var since: Int64
        var isNew: Bool
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
    private var listeners: [String: Listener] = [:]

    package init(pool: RelayPool, now: @escaping @Sendable () -> Int64) {
        self.pool = pool
        self.now = now
    }

    /// The session that gets a group's events.
    func listener(to nostrGroupID: String) -> String? { listeners[nostrGroupID]?.queue.owner }

    /// Events of a group go to `queue` from now on, stored ones first.
    ///
    /// - Parameters:
    ///   - marks: the stored events that are known.
    ///   - since: nothing older is asked for; nil is as far back as events are taken. Seconds since 1970.
    ///   - isNew: nothing can have been stored yet.
    func listen(
        to nostrGroupID: String, _ queue: DeliveryQueue, marks: SyncMarks = SyncMarks(), since: Int64? = nil,
        isNew: Bool = false
    ) async {
        listeners[nostrGroupID] = Listener(
            queue: queue, marks: marks, since: since ?? now() - Marmot.groupEventMaximumAgeSeconds,
            isNew: isNew)
        // Listening already means to ask once more.
        let covering = members.first { $0.value.contains(nostrGroupID) }?.key
        let limit =
            members.count < Self.usualSubscriptions
            ? Self.groupsPerSubscription : Self.manyGroupsPerSubscription
        let open =
            covering ?? members.filter { $0.value.count < Self.groupsPerSubscription }.keys.min()
            ?? members.filter { $0.value.count < limit }.keys.min()
        let number = open ?? nextChunk
        if open == nil { nextChunk += 1 }
        members[number, default: []].insert(nostrGroupID)
        await renew(number)
    }

    /// Asks once more for what every group should get, after a relay was added.
    func listenAgain() async { for number in members.keys.sorted() { await renew(number) } }

    /// Does nothing where another session has taken the group over.
    func stopListening(to nostrGroupID: String, _ queue: DeliveryQueue) async {
        guard listeners[nostrGroupID]?.queue === queue else { return }
        listeners[nostrGroupID] = nil
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
            let following = await pool.follow(groups.sorted().compactMap(topic), now: now)
            let forwarding = Task { await self.forward(following) }
            let old = chunks[number]
            chunks[number] = Chunk(following: following, forwarding: forwarding)
            if let old { await end(old) }
        }
        renewing.remove(number)
        if members[number] == nil, let chunk = chunks.removeValue(forKey: number) { await end(chunk) }
    }

    private func topic(_ group: String) -> Topic? {
        guard let listener = listeners[group] else { return nil }
        return Topic(
            group, Filter(kinds: [.groupEvent], tags: ["h": [group]]), since: listener.since,
            marks: listener.marks.byRelay, isNew: listener.isNew)
    }

    private func end(_ chunk: Chunk) async {
        chunk.forwarding.cancel()
        await pool.cancel(chunk.following)
    }

    private func forward(_ following: RelayPool.Following) async {
        for await (group, delivery) in following.deliveries {
            guard let queue = listeners[group]?.queue else { continue }
            await queue.put(delivery, of: group)
            listeners[group]?.marks.processed(delivery, now: now())
        }
    }
}
