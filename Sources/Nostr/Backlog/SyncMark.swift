/// How far the events of a topic are known of one relay: what need not be asked for again.
package struct SyncMark: Equatable, Sendable {
    /// Events that are kept; the oldest go first. Enough for `HistoryWalk` to know a busy group by its latest events.
    package static let rememberedLimit = 512

    /// Everything that the relay had then was read. Seconds since 1970.
    package private(set) var readAt: Int64
    /// When we last looked for events that were published late, with an old date. Seconds since 1970.
    package private(set) var searchedAt: Int64
    private var events: [EventMark] = []
    /// The same: relays deliver some once more.
    private var remembered: Set<EventMark> = []

    package init(readAt: Int64, searchedAt: Int64, latest: [EventMark] = []) {
        (self.readAt, self.searchedAt) = (readAt, searchedAt)
        for event in latest.suffix(Self.rememberedLimit) { remember(event) }
    }

    /// The latest events that the relay delivered, in the order of their delivery.
    package var latest: ArraySlice<EventMark> { events.suffix(Self.rememberedLimit) }

    /// A live event: the relay has told everything up to now.
    ///
    /// - Parameter now: seconds since 1970.
    package mutating func add(_ event: EventID, now: Int64) {
        readAt = max(readAt, now)
        remember(EventMark(event))
    }

    private mutating func remember(_ event: EventMark) {
        guard remembered.insert(event).inserted else { return }
        events.append(event)
        // Twice the limit, so that the oldest are not moved for every event.
        guard events.count > 2 * Self.rememberedLimit else { return }
        let excess = events.count - Self.rememberedLimit
        remembered.subtract(events.prefix(excess))
        events.removeFirst(excess)
    }

    /// The relay is connected and has told everything up to now.
    package mutating func isCurrent(at now: Int64) { readAt = max(readAt, now) }

    package mutating func wasSearched(at now: Int64) { searchedAt = max(searchedAt, now) }
}
