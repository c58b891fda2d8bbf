import Synchronization

/// The latest of what went over the wire, numbered, for `trace` and `show`. Bounded in entries and bytes, whatever comes.
///
/// ```swift
/// let number = log.trace.add(.http, "→ GET /health")
/// log.trace.add(.http, "← 200  4 ms", number: number)
/// log.trace.entries(number: number).count  // 2
/// ```
package final class TraceBook: Sendable {
    private struct State {
        var entries: [TraceEntry] = []
        var bytes = 0
        var next = 1
        var detail: [TraceChannel: TraceDetail] = [:]
        var show: (@Sendable (TraceEntry, TraceDetail) -> Void)?
        /// What something was the last word about: the number of its entry, by id.
        var numbers: [String: Int] = [:]
        /// Entries that an answer is expected to: what they are, and since when.
        var open: [Int: (line: String, since: Int64, channel: TraceChannel)] = [:]
    }

    /// Of one body.
    private static let bodyLimit = 64 << 10
    /// Of all of them.
    private static let bytesLimit = 16 << 20
    private static let entryLimit = 4000

    private let now: @Sendable () -> Int64
    private let masking: Masking
    private let state = Mutex(State())

    init(masking: Masking, now: @escaping @Sendable () -> Int64) { (self.masking, self.now) = (masking, now) }

    /// Called with everything that is shown while it happens.
    func show(_ show: @escaping @Sendable (TraceEntry, TraceDetail) -> Void) {
        state.withLock { $0.show = show }
    }

    package func set(_ channel: TraceChannel, _ detail: TraceDetail) {
        state.withLock { $0.detail[channel] = detail }
    }

    package func detail(of channel: TraceChannel) -> TraceDetail {
        state.withLock { $0.detail[channel] ?? .off }
    }

    /// Adds an entry, and shows it where its channel is on.
    ///
    /// - Parameters:
    ///   - number: of what it belongs to; nil is something new, or what `ids` were about last.
    ///   - isOpen: an answer is expected.
    /// - Returns: its number.
    @discardableResult
    package func add(
        _ channel: TraceChannel, _ line: @autoclosure () -> String, number: Int? = nil, ids: [String] = [],
        fields: [(name: String, value: String)] = [], body: String = "", isOpen: Bool = false
    ) -> Int {
        let bytes = body.utf8.count
        let kept = bytes > Self.bodyLimit ? masking.masked(body, cutTo: Self.bodyLimit) : body
        let (entry, detail, show) = state.withLock { state in
            let number = number ?? state.next
            state.next = max(state.next, number + 1)
            let entry = TraceEntry(
                number: number, time: now(), channel: channel, line: line(), ids: ids, fields: fields,
                body: kept, bodyBytes: bytes)
            for id in ids { state.numbers[id] = number }
            state.open[number] = isOpen ? (entry.line, entry.time, channel) : nil
            state.entries.append(entry)
            state.bytes += kept.utf8.count
            if state.entries.count > Self.entryLimit || state.bytes > Self.bytesLimit {
                Self.forgetHalf(&state)
            }
            return (entry, state.detail[channel] ?? .off, state.show)
        }
        if detail != .off { show?(entry, detail) }
        return entry.number
    }

    private static func forgetHalf(_ state: inout State) {
        let gone = state.entries.prefix((state.entries.count + 1) / 2)
        state.bytes -= gone.reduce(0) { $0 + $1.body.utf8.count }
        state.entries.removeFirst(gone.count)
        let first = state.entries.first?.number ?? state.next
        state.numbers = state.numbers.filter { $0.value >= first }
        state.open = state.open.filter { $0.key >= first }
    }

    /// The number of what an id was about last, and when that was; nil where it is not known.
    package func latest(of id: String) -> (number: Int, time: Int64)? {
        state.withLock { state in
            guard let number = state.numbers[id] else { return nil }
            return state.entries.last { $0.number == number }.map { (number, $0.time) }
        }
    }

    package func entries(number: Int) -> [TraceEntry] {
        state.withLock { $0.entries.filter { $0.number == number } }
    }

    /// What is about an event, by the beginning of its id.
    package func entries(idPrefix: String) -> [TraceEntry] {
        state.withLock { state in
            state.entries.filter { $0.ids.contains { $0.hasPrefix(idPrefix) } }
        }
    }

    /// The latest ones, oldest first.
    package func latest(_ count: Int, of channels: Set<TraceChannel>) -> [TraceEntry] {
        state.withLock { state in Array(state.entries.filter { channels.contains($0.channel) }.suffix(count))
        }
    }

    /// What an answer is still expected to.
    package func unanswered(in channel: TraceChannel) -> [(line: String, since: Int64)] {
        state.withLock { state in
            state.open.sorted { $0.key < $1.key }.filter { $0.value.channel == channel }
                .map { ($0.value.line, $0.value.since) }
        }
    }

    /// The one after the latest.
    package var nextNumber: Int { state.withLock { $0.next } }

    /// Milliseconds since an entry's time.
    package func elapsed(since time: Int64) -> Int64 { max(0, now() - time) }
}
