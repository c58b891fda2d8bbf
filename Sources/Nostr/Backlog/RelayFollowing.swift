/// Follows topics at one relay: first all that it has stored, page by page, then what comes live. Pure: `TopicFollower` carries the
/// effects out.
///
/// One subscription for all topics brings the newest events and the live ones; older pages are asked for one at a time, for one topic
/// each. A topic's live events wait until its history is read, so that everything comes in the order of its dates.
struct RelayFollowing {
    /// Every so often events are looked for that were published late, with an old date.
    static let searchIntervalSeconds: Int64 = 3600

    /// Of a relay without EOSE: how long no answer means that there is nothing.
    private static let silencesOfNothing = 4

    private static let firstLimit = HistoryWalk.limit(ofPage: 0)

    let name: String
    var topics: [TopicProgress]
    /// The subscription's stored events are coming in.
    var isCollecting = false
    var waiting: [(topic: Int, until: Int64?, isCrowded: Bool)] = []
    private var page: HistoryPage?
    private var nextPage = 0
    /// The relay refused to be asked for more.
    private var largestLimit = Int.max
    var lacksEnd = false
    /// The relay sends stored events behind their end: only silence ends them.
    var endsEarly = false
    /// The end of the first page came, and is not believed yet.
    var isDoubting = false
    /// When the first page ended.
    var endedAt: Int64 = 0
    private var remarks = Set<String>()
    /// The relay has ended the subscription, and is asked again on the same connection.
    private var isReopening = false
    private var silences = 0

    init(name: String, topics: [Topic], relay: RelayURL) {
        self.name = name
        self.topics = topics.map { TopicProgress($0, mark: $0.marks[relay]) }
    }

    /// What the subscription asks for.
    var filters: [Filter] {
        topics.map { $0.topic.filter(since: $0.topic.since, limit: Self.firstLimit) }
    }

    /// How long the relay may be silent now: then `fellSilent`. Stored events that are expected must not be held up for want of EOSE.
    var patience: Duration? {
        if isDoubting, !endsEarly { return Self.doubt }
        if let page, page.isDoubted, page.events.isEmpty { return Self.doubt }
        return isExpecting ? RelayPool.silence : nil
    }

    var isExpecting: Bool {
        if isCollecting { return isDoubting || !hasEmptyFirstPage }
        return page.map { lacksEnd || $0.isDoubted || !$0.events.isEmpty } ?? false
    }

    private var hasEmptyFirstPage: Bool { topics.allSatisfy(\.firstPage.isEmpty) }

    mutating func received(_ subscription: String, _ delivery: RelayDelivery, now: Int64) -> [Effect] {
        silences = 0
        if case .endOfStoredEvents = delivery { lacksEnd = endsEarly }
        if subscription == name { return received(delivery, now: now) }
        guard let page, page.subscription == subscription else { return [] }
        switch delivery {
        case .requested:
            self.page?.events = []
            self.page?.unasked = 0
        case .unasked: self.page?.unasked += 1
        case .event(let event):
            self.page?.events.append(event)
            if page.isDoubted, !endsEarly { return endIsEarly() }
        case .endOfStoredEvents:
            if endsEarly { return [] }
            guard page.events.isEmpty, isKnownToHaveSome(page) else { return pageEnded(now: now) }
            self.page?.isDoubted = true
        case .closed(let why, let isFinal):
            if min(page.limit, largestLimit) > Self.firstLimit, Self.isAboutLimit(why) {
                return askForFewer(page)
            }
            guard isFinal else { return remark("does not tell older events yet: \(why)") }
            // Without its pages the rest of the history cannot be had.
            let since = topics[page.topic].topic.since
            topics[page.topic].gaps.append(since...max(since, page.until ?? now))
            self.page = nil
            return remark("refused to tell older events: \(why)") + complete(page.topic, now: now) + next()
        }
        return []
    }

    /// Some relays refuse a question for more events than they give, instead of giving fewer.
    private static func isAboutLimit(_ why: String) -> Bool {
        why.lowercased().contains("limit") && !why.hasPrefix("rate-limited:")
    }

    private mutating func askForFewer(_ page: HistoryPage) -> [Effect] {
        largestLimit = Self.firstLimit
        self.page = nil
        waiting.insert((page.topic, page.until, page.limit == HistoryWalk.crowdLimit), at: 0)
        return [.close(subscription: page.subscription)] + next()
    }

    private mutating func received(_ delivery: RelayDelivery, now: Int64) -> [Effect] {
        switch delivery {
        case .requested: return begin(now: now)
        case .event(let event):
            let effects =
                comesBehindEnd(event, now: now)
                ? distrustEnd(now: now) : endsDoubt(event) ? firstPageEnded(now: now) : []
            return effects + topics.indices.flatMap { received(event, $0, now: now) }
        case .endOfStoredEvents:
            guard isCollecting, endsEarly || hasEmptyFirstPage && topics.contains(where: \.hasHistory) else {
                return firstPageEnded(now: now)
            }
            isDoubting = true
            return []
        case .unasked: return []
        case .closed(let why, let isFinal):
            isReopening = !isFinal
            return [.closed(why, isFinal: isFinal)]
        }
    }

    /// The subscription stands, or stands again: what was missed is read. What is half read is read to its end before that: a relay that
    /// hangs up or ends the subscription again and again would have us begin for ever.
    mutating func begin(now: Int64) -> [Effect] {
        var effects: [Effect] = []
        if let page, !isReopening || !topics[page.topic].isHalfRead {
            // On a new connection it is asked for once more, behind the newest events.
            effects = [.close(subscription: page.subscription)]
            waiting.insert((page.topic, page.until, page.limit == HistoryWalk.crowdLimit), at: 0)
            self.page = nil
        }
        waiting.removeAll { !topics[$0.topic].isHalfRead }
        (isCollecting, isDoubting, isReopening) = (true, false, false)
        for index in topics.indices {
            if topics[index].isHalfRead {
                topics[index].mustBeginAgain = true
            } else {
                topics[index].begin(now: now)
            }
        }
        return effects
    }

    private mutating func received(_ event: Event, _ index: Int, now: Int64) -> [Effect] {
        guard topics[index].topic.filter.matches(event) else { return [] }
        if isCollecting {
            topics[index].firstPage.append(event)
            topics[index].firstPageBytes += event.sizeBytes
            // A relay that does not know `limit` sends everything at once.
            if topics[index].firstPageBytes > HistoryWalk.heldLimitBytes / 4 {
                let page = topics[index].firstPage
                (topics[index].firstPage, topics[index].firstPageBytes) = ([], 0)
                _ = topics[index].walk?.received(page, until: nil, limit: Self.firstLimit, isOwn: false)
            }
            return []
        }
        if topics[index].walk != nil, !topics[index].isSearching {
            topics[index].walk?.add(live: event)
            return []
        }
        topics[index].mark?.add(event.id, now: now)
        return [.live(event, topic: topics[index].topic.name)]
    }

    private mutating func firstPageEnded(now: Int64) -> [Effect] {
        guard isCollecting else { return [] }
        (isCollecting, isDoubting, endedAt) = (false, false, now)
        var effects: [Effect] = []
        for index in topics.indices {
            effects.append(.progress(topic: topics[index].topic.name))
            let page = topics[index].firstPage
            topics[index].firstPage = []
            if topics[index].mustBeginAgain {
                for event in page { topics[index].walk?.add(live: event) }
                continue
            }
            let isOwn = topics.count == 1
            guard
                let step = topics[index].walk?.received(
                    page, until: nil, limit: Self.firstLimit, isOwn: isOwn)
            else { continue }
            topics[index].pages = 1
            effects += handle(topics[index].hasHistory ? step : .complete, index, now: now)
        }
        return effects + next()
    }

    private mutating func pageEnded(now: Int64) -> [Effect] {
        guard let page else { return [] }
        self.page = nil
        var effects: [Effect] = [
            .close(subscription: page.subscription), .progress(topic: topics[page.topic].topic.name),
        ]
        if let step = topics[page.topic].walk?.received(
            page.events, until: page.until, limit: page.limit, isOwn: true, unasked: page.unasked)
        {
            topics[page.topic].pages += 1
            effects += handle(step, page.topic, now: now)
        }
        return effects + next()
    }

    private mutating func handle(_ step: HistoryWalk.Step, _ index: Int, now: Int64) -> [Effect] {
        switch step {
        case .ask(let until, let isCrowded):
            waiting.append((index, until, isCrowded))
            return []
        case .complete: return complete(index, now: now)
        }
    }

    /// A walk is over: its events go out, then what it had to drop is asked for once more.
    private mutating func complete(_ index: Int, now: Int64) -> [Effect] {
        guard let walk = topics[index].walk else { return [] }
        var effects: [Effect] = []
        let (events, name) = (walk.events, topics[index].topic.name)
        if !events.isEmpty { effects.append(.stored(events, topic: name)) }
        topics[index].gaps += walk.gaps
        topics[index].excludesUntil = walk.excludesUntil
        let startedAt = topics[index].startedAt
        let isFirstReading = topics[index].mark == nil
        var mark = topics[index].mark ?? SyncMark(readAt: startedAt, searchedAt: startedAt)
        // What was found late is not the latest.
        if !topics[index].isSearching { for event in events { mark.add(event.id, now: startedAt) } }
        let dropped = walk.remainder
        topics[index].remainder.insert(contentsOf: dropped, at: 0)
        if !topics[index].remainder.isEmpty {
            let range = topics[index].remainder.removeFirst()
            topics[index].walk = HistoryWalk(
                since: range.lowerBound, excludesUntil: walk.excludesUntil)
            waiting.insert((index, range.upperBound, false), at: 0)
            return effects
        }
        topics[index].walk = nil
        if topics[index].isSearching || isFirstReading { mark.wasSearched(at: startedAt) }
        topics[index].isSearching = false
        mark.isCurrent(at: startedAt)
        topics[index].mark = mark
        effects.append(.read(topic: name, mark, gaps: topics[index].gaps))
        if topics[index].mustBeginAgain {
            topics[index].begin(now: now)
            waiting.append((index, nil, false))
            return effects
        }
        if now - mark.searchedAt > Self.searchIntervalSeconds, let oldest = walk.reached {
            search(index, from: oldest, mark, excludesUntil: walk.excludesUntil)
        }
        return effects
    }

    private mutating func search(_ index: Int, from oldest: Int64, _ mark: SyncMark, excludesUntil: Bool) {
        let since = max(topics[index].topic.since, mark.searchedAt - RelayPool.searchMarginSeconds)
        guard oldest > since else {
            let startedAt = topics[index].startedAt
            topics[index].mark?.wasSearched(at: startedAt)
            return
        }
        topics[index].walk = HistoryWalk(since: since, excludesUntil: excludesUntil)
        topics[index].isSearching = true
        waiting.append((index, oldest, false))
    }

    /// The next page, if none is on its way.
    private mutating func next() -> [Effect] {
        guard page == nil, !waiting.isEmpty else { return [] }
        let (index, until, isCrowded) = waiting.removeFirst()
        guard let walk = topics[index].walk else { return next() }
        nextPage += 1
        let subscription = "\(name)-\(nextPage)"
        let limit = HistoryWalk.limit(
            ofPage: topics[index].isSearching ? 2 : topics[index].pages, isCrowded: isCrowded)
        page = HistoryPage(topic: index, subscription: subscription, until: until, limit: limit)
        return [
            .ask(
                subscription: subscription,
                topics[index].topic.filter(
                    since: walk.since, until: until.map(walk.until), limit: min(limit, largestLimit)))
        ]
    }

    /// Nothing came for a while although stored events are expected: the relay sends no EOSE.
    mutating func fellSilent(now: Int64) -> [Effect] {
        guard isExpecting else { return [] }
        // No answer at all may still be on its way.
        silences += 1
        if let page, page.events.isEmpty, !page.isDoubted, silences < Self.silencesOfNothing { return [] }
        silences = 0
        if isDoubting { return firstPageEnded(now: now) }
        if let page, page.isDoubted, page.events.isEmpty { return pageEnded(now: now) }
        lacksEnd = true
        return (endsEarly ? [] : remark("does not say where its stored events end (EOSE)"))
            + (isCollecting ? firstPageEnded(now: now) : pageEnded(now: now))
    }

    /// Each text once.
    mutating func remark(_ text: String) -> [Effect] {
        remarks.insert(text).inserted ? [.remark(text)] : []
    }
}
