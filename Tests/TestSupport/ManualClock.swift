import Synchronization

/// A clock that stands still until a test turns it.
package final class ManualClock: Clock {
    package struct Instant: InstantProtocol {
        package var offset: Duration
        package func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        package func duration(to other: Instant) -> Duration { other.offset - offset }
        package static func < (a: Instant, b: Instant) -> Bool { a.offset < b.offset }
    }

    private struct State {
        var now = Instant(offset: .zero)
        var next = 0
        var pauses: [Int: (until: Instant, end: AsyncStream<Void>.Continuation)] = [:]
        var watchers: [AsyncStream<Void>.Continuation] = []
    }

    private let state = Mutex(State())

    package init() {}

    package var now: Instant { state.withLock { $0.now } }
    package var minimumResolution: Duration { .nanoseconds(1) }

    package func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let (pause, end) = AsyncStream<Void>.makeStream()
        let number: Int? = state.withLock { state in
            guard deadline > state.now else { return nil }
            state.next += 1
            state.pauses[state.next] = (deadline, end)
            for watcher in state.watchers { watcher.yield() }
            return state.next
        }
        guard let number else { return }
        for await _ in pause {}
        state.withLock { $0.pauses[number] = nil }
        try Task.checkCancellation()
    }

    /// Ends every pause that is over by then.
    package func advance(by duration: Duration) {
        let ended = state.withLock { state in
            state.now = state.now.advanced(by: duration)
            return state.pauses.values.filter { $0.until <= state.now }.map(\.end)
        }
        for end in ended { end.finish() }
    }

    /// Returns once somebody waits for a pause of this length or longer, and no longer than `limit`.
    package func pause(of duration: Duration, orUpTo limit: Duration = .seconds(100_000)) async {
        await pauses(1, of: duration, orUpTo: limit)
    }

    /// Returns once somebody waits for a pause of a length in this range.
    ///
    /// - Returns: what is left of it.
    package func pause(in range: ClosedRange<Duration>) async -> Duration {
        let (changes, watcher) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        state.withLock { $0.watchers.append(watcher) }
        watcher.yield()
        for await _ in changes {
            let found = state.withLock { state in
                state.pauses.values.map { state.now.duration(to: $0.until) }.first(where: range.contains)
            }
            if let found { return found }
        }
        return .zero
    }

    /// Returns once that many wait.
    package func pauses(_ count: Int, of duration: Duration, orUpTo limit: Duration) async {
        let (changes, watcher) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        state.withLock { $0.watchers.append(watcher) }
        watcher.yield()
        for await _ in changes {
            let found = state.withLock { state in
                state.pauses.values.filter { (duration...limit).contains(state.now.duration(to: $0.until)) }
                    .count
            }
            if found >= count { return }
        }
    }
}
