import Synchronization
import Vocabulary

/// The latest events of a run, for `expect` to wait for and for failures to tell what happened meanwhile.
package final class EventTrail: Sendable {
    /// One event with its number, counted from 0 over the run.
    package struct Entry: Sendable {
        package let number: Int
        package let record: EventRecord
    }

    private struct State {
        var entries: [Entry] = []
        var next = 0
    }

    /// What the log's listener knows: never the trail itself, which stops listening when nobody has it any more.
    private final class Storage: Sendable {
        /// Older ones are forgotten, half of them at a time.
        private static let limit = 4096

        let state = Mutex(State())
        let ticker = Ticker()

        func add(_ record: EventRecord) {
            // It is of a moment, and would push out what has happened.
            guard record.event.role != .status else { return }
            state.withLock { state in
                if state.entries.count == Self.limit { state.entries.removeFirst(Self.limit / 2) }
                state.entries.append(Entry(number: state.next, record: record))
                state.next += 1
            }
            ticker.tick()
        }
    }

    private let storage = Storage()
    private let log: EventLog
    private let listener: Int

    init(of log: EventLog) {
        self.log = log
        let storage = storage
        listener = log.listen { storage.add($0) }
    }

    deinit { log.stopListening(listener) }

    /// The number that the next event will get.
    package var cursor: Int { storage.state.withLock { $0.next } }

    package func entries(from number: Int) -> [Entry] {
        storage.state.withLock { state in
            let first = state.next - state.entries.count
            return Array(state.entries.dropFirst(max(0, number - first)))
        }
    }

    /// Ticks at once, and whenever there are more.
    package func changes() -> AsyncStream<Void> { storage.ticker.ticks() }

    /// What a person would want to know of what happened since: the latest few, in a line each.
    package func meanwhile(since number: Int, atMost count: Int = 5) -> [String] {
        let told = entries(from: number).filter { $0.record.event.isWorthTelling }.suffix(count)
        return told.map { entry in
            "\(ClockText.time(entry.record.time)) \(entry.record.event.text.cut(to: 120))"
        }
    }
}

extension LogEvent {
    /// What changes the world beside the commands themselves.
    fileprivate var isWorthTelling: Bool {
        switch role {
        case .warning: true
        case .progress: level >= .info
        case .record: name == Self.httpName || name == Self.jobExitName
        case .received, .sent, .answer, .failure, .heading, .hint, .notice, .status: false
        }
    }

    package static let httpName = "http"
    static let jobExitName = "job.exit"
}
