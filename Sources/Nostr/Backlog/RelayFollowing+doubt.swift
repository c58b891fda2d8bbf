/// Relays that say where their stored events end (EOSE) before they have sent them.
extension RelayFollowing {
    /// An end of stored events before any of them is believed after this time.
    static let doubt: Duration = .milliseconds(100)
    /// What comes so soon behind the end of stored events, and is so much older than the question, was stored, too.
    static let (soonSeconds, oldSeconds): (Int64, Int64) = (2, 60)

    func isKnownToHaveSome(_ page: HistoryPage) -> Bool {
        let topic = topics[page.topic]
        return page.until != nil && page.until == topic.walk?.reached && page.unasked == 0
            && !topic.isSearching
    }

    mutating func endIsEarly() -> [Effect] {
        (endsEarly, lacksEnd) = (true, true)
        return remark("sends stored events behind their end (EOSE)")
    }

    /// Whether it is a stored event although the relay has said that they were all.
    func comesBehindEnd(_ event: Event, now: Int64) -> Bool {
        guard !endsEarly, isDoubting || !isCollecting && now - endedAt <= Self.soonSeconds else {
            return false
        }
        // Before the end is believed nothing else is likely; afterwards it may have been published late.
        let age = isDoubting ? Self.soonSeconds : Self.oldSeconds
        return topics.contains { topic in
            !topic.topic.isBackdated && topic.topic.filter.matches(event)
                && event.createdAt < topic.startedAt - age && topic.hasHistory
        }
    }

    /// What was made after the question comes live, and says nothing against an end of the stored events before it.
    func endsDoubt(_ event: Event) -> Bool {
        isDoubting && !endsEarly
            && topics.contains { $0.topic.filter.matches(event) && event.createdAt >= $0.startedAt }
    }

    /// What was taken for all is read once more, and ends when the relay falls silent.
    mutating func distrustEnd(now: Int64) -> [Effect] {
        var effects = endIsEarly()
        if !isCollecting {
            for index in topics.indices {
                topics[index].mark = topics[index].oldMark
                topics[index].begin(now: now)
            }
            waiting = []
            effects += begin(now: now)
        }
        isDoubting = true
        return effects
    }
}
