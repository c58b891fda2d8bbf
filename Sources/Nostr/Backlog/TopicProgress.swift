/// How far one topic is read at one relay.
struct TopicProgress {
    let topic: Topic
    var mark: SyncMark?
    /// As it was when the reading began.
    var oldMark: SyncMark?
    /// Nil once the history is read.
    var walk: HistoryWalk?
    /// When the walk began.
    var startedAt: Int64 = 0
    var pages = 0
    var firstPage: [Event] = []
    var firstPageBytes = 0
    /// What `HistoryWalk` dropped, oldest first.
    var remainder: [ClosedRange<Int64>] = []
    var gaps: [ClosedRange<Int64>] = []
    /// The walk looks for late events; live ones do not wait for it.
    var isSearching = false
    /// The relay leaves out the second of `until`.
    var excludesUntil = false
    /// Something may have been missed since the walk began.
    var mustBeginAgain = false
    var hasHistory: Bool { !topic.isNew || oldMark != nil }
    var isHalfRead: Bool { walk != nil && !isSearching && pages > 0 }

    init(_ topic: Topic, mark: SyncMark?) { (self.topic, self.mark) = (topic, mark) }

    mutating func begin(now: Int64) {
        if topic.isBackdated { mark = nil }
        walk = HistoryWalk(
            since: topic.since, mark: mark, excludesUntil: excludesUntil)
        (startedAt, oldMark) = (now, mark)
        (firstPage, firstPageBytes, remainder, gaps, pages) = ([], 0, [], [], 0)
        (isSearching, mustBeginAgain) = (false, false)
    }
}
