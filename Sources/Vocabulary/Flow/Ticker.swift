import Synchronization

/// Tells whoever waits that there is something new to look at. Ticks that come while nobody looks are one.
package final class Ticker: Sendable {
    private struct State {
        var listeners: [Int: AsyncStream<Void>.Continuation] = [:]
        var next = 0
    }

    private let state = Mutex(State())

    package init() {}

    package func tick() {
        for listener in state.withLock({ Array($0.listeners.values) }) { listener.yield() }
    }

    /// The first tick comes at once.
    package func ticks() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let number = state.withLock { state in
            state.next += 1
            state.listeners[state.next] = continuation
            return state.next
        }
        continuation.onTermination = { [weak self] _ in self?.forget(number) }
        continuation.yield()
        return stream
    }

    private func forget(_ number: Int) { state.withLock { $0.listeners[number] = nil } }
}
