/// Reads what one relay has stored of a topic, from the newest event back to the oldest, although the relay gives only so many events an
/// answer. Pure: it says what to ask next.
///
/// Pages overlap by one second, because events of the same second may have been cut apart. A page counts by what is new in it, never by
/// how many it should have had: many relays give fewer than `limit`.
package struct HistoryWalk: Sendable {
    package enum Step: Equatable, Sendable {
        /// Ask for the events of this second and older ones; nil asks for the newest.
        ///
        /// - `isCrowded`: the second may hold more than usual: ask for as many as any relay gives.
        case ask(until: Int64?, isCrowded: Bool = false)
        case complete
    }

    /// Consecutive known events that prove that the older ones are known, too, …
    static let proof = 20
    /// … if they are older than the last reading by this many seconds: whose clock is slow, or who was slow to publish, has dated an
    /// event back.
    static let marginSeconds: Int64 = 60
    /// In a busy group, as many known events are proof whatever their date.
    static let busyProof = 200
    /// As many as any relay gives at once.
    static let crowdLimit = 5000
    /// No relay is thought to give fewer events an answer, so that a smaller one was not cut off.
    static let smallestCap = 10
    /// Bytes of events in memory; of what is beyond that only the dates are kept, and it is asked for once more.
    package static let heldLimitBytes = 16 << 20

    /// Nothing older is asked for.
    package let since: Int64
    private let mark: SyncMark?
    private let known: Set<EventMark>
    private var knownSeen = 0
    private var knownRun = 0
    private var settledRun = 0
    private var held: HeldPages
    private var seen = Set<EventMark>()
    /// Sizes of the pages that did not bring as many events as were asked for: a size that repeats is the relay's cap.
    private var cutSizes = Set<Int>()
    private var previousSize: Int?
    private var oldest: Int64?
    /// The second of which nothing new comes any more.
    private var exhausted: Int64?
    private var suspicion: (second: Int64, isCapped: Bool)?
    /// The relay gives only what is older than `until`, against NIP-01: it is asked for a second more.
    package private(set) var excludesUntil: Bool
    /// The second that was asked for once more to learn that.
    private var probed: Int64?
    private var isProbing = false
    /// How many events the page before had.
    private var lastCount = 0
    /// Spans of time of which the relay may have more events than it gives.
    package private(set) var gaps: [ClosedRange<Int64>] = []

    /// - Parameters:
    ///   - mark: what is known of the relay; nil reads everything down to `since`.
    ///   - excludesUntil: what an earlier walk has learnt of the relay.
    package init(
        since: Int64, mark: SyncMark? = nil, excludesUntil: Bool = false,
        heldLimitBytes: Int = HistoryWalk.heldLimitBytes
    ) {
        (self.since, self.mark, self.excludesUntil) = (since, mark, excludesUntil)
        held = HeldPages(limitBytes: heldLimitBytes)
        known = Set(mark?.latest ?? [])
    }

    /// The oldest second that the relay told of.
    var reached: Int64? { oldest }
    /// What was read, oldest first, up to the first part that took too much memory.
    package var events: [Event] { held.events }
    /// Spans of time that have to be asked for once more behind `events`, oldest first.
    package var remainder: [ClosedRange<Int64>] { held.remainder }

    /// What came in meanwhile as a live event: it belongs behind the stored ones.
    package mutating func add(live event: Event) {
        if seen.insert(EventMark(event.id)).inserted { held.add([event], isNewest: true) }
    }

    /// How many events to ask for: what is known shows soon, so that the first pages are small.
    package static func limit(ofPage number: Int, isCrowded: Bool = false) -> Int {
        if isCrowded { return crowdLimit }
        return number < 2 ? [100, 300][number] : 500
    }

    /// The `until` that brings the events of this second and older ones.
    package func until(_ second: Int64) -> Int64 { excludesUntil || isProbing ? second + 1 : second }

    /// - Parameters:
    ///   - asked: the second that was asked for.
    ///   - limit: how many events were asked for.
    ///   - isOwn: the relay was asked for this topic alone, so that an empty answer means that there is nothing.
    ///   - unasked: events beside those that the page does not ask for.
    package mutating func received(
        _ page: [Event], until asked: Int64?, limit: Int, isOwn: Bool, unasked: Int = 0
    )
        -> Step
    {
        if let asked, mustProbe(page, asked, unasked) { return .ask(until: asked) }
        let fresh = page.filter { seen.insert(EventMark($0.id)).inserted }
            .sorted { ($0.createdAt, $1.id) > ($1.createdAt, $0.id) }
        held.add(fresh, isNewest: false)
        lastCount = page.count
        defer { previousSize = page.count < limit ? page.count : nil }
        settleSuspicion(olderCame: !page.isEmpty)
        guard let last = page.map(\.createdAt).min() else { return isOwn ? .complete : .ask(until: asked) }
        let isProgress = !fresh.isEmpty || last < oldest ?? .max
        // There was more behind the page before this one, although it was smaller than asked for.
        if let oldest, last < oldest, let previousSize { cutSizes.insert(previousSize) }
        let reached = min(last, oldest ?? last)
        oldest = reached
        guard !isKnown(from: fresh), reached >= since else { return .complete }
        // The oldest second that is wanted may be cut apart, too, unless the page is too small for that.
        if reached == since, page.count < Self.smallestCap { return .complete }
        if isProgress { return .ask(until: reached) }
        if unasked > 0 || page.contains(where: { $0.createdAt > asked ?? .max }) {
            // It does not know `until`: what is older than its answers cannot be had.
            gaps.append(since...reached)
            return .complete
        }
        guard limit >= Self.crowdLimit else { return .ask(until: reached, isCrowded: true) }
        // Nothing new of this second: either this was all, or the relay gives no more at once.
        if page.allSatisfy({ $0.createdAt == reached }) {
            let isCapped = page.count >= limit || page.count % 50 == 0 || cutSizes.contains(page.count)
            suspicion = (reached, isCapped)
        } else if exhausted == reached {
            return .complete
        }
        exhausted = reached
        guard reached > since else {
            settleSuspicion(olderCame: false)
            return .complete
        }
        return .ask(until: reached - 1)
    }

    /// The events of the second that was asked for are known to be there: where none of them comes, the relay may take `until` for the first
    /// second that it must not give. Then those that were cut off from the page before would be lost.
    private mutating func mustProbe(_ page: [Event], _ asked: Int64, _ unasked: Int) -> Bool {
        let isThere = page.contains { $0.createdAt == asked }
        if isProbing {
            (isProbing, excludesUntil) = (false, isThere)
            return false
        }
        guard !isThere, !excludesUntil, unasked == 0, asked == oldest ?? asked, probed != asked,
            !page.isEmpty || lastCount >= Self.smallestCap
        else { return false }
        (isProbing, probed) = (true, asked)
        return true
    }

    /// A page brought nothing but events of one second. If there are older ones, the relay would have given some had it not cut the page
    /// off; if there are none, only the page's size tells.
    private mutating func settleSuspicion(olderCame: Bool) {
        guard let (second, isCapped) = suspicion else { return }
        suspicion = nil
        if olderCame || isCapped { gaps.append(second...second) }
    }

    /// Whether what is older was known before this walk.
    private mutating func isKnown(from page: [Event]) -> Bool {
        guard let mark else { return false }
        for event in page {
            let isKnown = known.contains(EventMark(event.id))
            if isKnown { knownSeen += 1 }
            // What is dated after the last reading proves nothing: anyone can date an event ahead.
            guard isKnown, event.createdAt <= mark.readAt else {
                (knownRun, settledRun) = (0, 0)
                continue
            }
            knownRun += 1
            if event.createdAt <= mark.readAt - Self.marginSeconds { settledRun += 1 }
        }
        let isAll = knownSeen == known.count && known.count < SyncMark.rememberedLimit && knownRun > 0
        return isAll || settledRun >= Self.proof || knownRun >= Self.busyProof
    }
}
