/// The pages of a `HistoryWalk`, newest first. The newest ones are dropped when all of them take too much memory: the oldest are needed
/// first.
struct HeldPages: Sendable {
    private struct Page {
        let range: ClosedRange<Int64>
        /// Nil once dropped.
        var events: [Event]?
        let bytes: Int
    }

    private let limitBytes: Int
    private var pages: [Page] = []
    private var bytes = 0
    /// Live events come one by one and are one page.
    private var live: [Event] = []
    private var firstKept = 0

    init(limitBytes: Int) { self.limitBytes = limitBytes }

    mutating func add(_ events: [Event], isNewest: Bool) {
        let size = events.reduce(0) { $0 + $1.sizeBytes }
        bytes += size
        if isNewest {
            live += events
        } else if let range = Self.range(of: events) {
            pages.append(Page(range: range, events: events, bytes: size))
        }
        while bytes > limitBytes {
            if let range = Self.range(of: live) {
                pages.insert(Page(range: range, events: nil, bytes: 0), at: 0)
                bytes -= live.reduce(0) { $0 + $1.sizeBytes }
                (live, firstKept) = ([], firstKept + 1)
            } else if firstKept < pages.count - 1 {
                bytes -= pages[firstKept].bytes
                pages[firstKept].events = nil
                firstKept += 1
            } else {
                return
            }
        }
    }

    private static func range(of events: [Event]) -> ClosedRange<Int64>? {
        guard let first = events.map(\.createdAt).min(), let last = events.map(\.createdAt).max() else {
            return nil
        }
        return first...last
    }

    /// The kept ones, oldest first.
    var events: [Event] {
        let kept = pages[firstKept...].flatMap { $0.events ?? [] }
        // Live events that came after newer ones were dropped wait for these.
        return (firstKept == 0 ? kept + live : kept).sorted {
            ($0.createdAt, $0.id) < ($1.createdAt, $1.id)
        }
    }

    /// Spans of those that were dropped, oldest first.
    var remainder: [ClosedRange<Int64>] {
        guard firstKept > 0 else { return [] }
        return pages[..<firstKept].reversed().map(\.range) + [Self.range(of: live)].compactMap { $0 }
    }
}
