import Synchronization
import Vocabulary

/// Text that comes in over time, and waits for parts of it.
package final class Collector: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var hasEnded = false
        var listeners: [AsyncStream<Void>.Continuation] = []
    }

    private let state = Mutex(State())

    package init() {}

    package var text: String { state.withLock { String(decoding: $0.bytes, as: UTF8.self) } }

    package func add(_ bytes: [UInt8], isEnd: Bool) {
        state.withLock { state in
            state.bytes += bytes
            if isEnd { state.hasEnded = true }
            for listener in state.listeners { listener.yield() }
        }
    }

    private func changes() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        state.withLock { $0.listeners.append(continuation) }
        continuation.yield()
        return stream
    }

    /// - Returns: false when it did not come in time, or before the end.
    package func wait(for part: String, limit: Duration) async -> Bool {
        await wait(limit) { String(decoding: $0.bytes, as: UTF8.self).contains(part) }
    }

    /// - Parameter test: of all that has come.
    package func wait(_ limit: Duration, until test: @escaping @Sendable (String) -> Bool) async -> Bool {
        await wait(limit) { test(String(decoding: $0.bytes, as: UTF8.self)) }
    }

    package func waitForEnd(limit: Duration) async -> Bool { await wait(limit) { $0.hasEnded } }

    private func wait(_ limit: Duration, _ test: @escaping @Sendable (State) -> Bool) async -> Bool {
        let changes = changes()
        let result = try? await withDeadline(limit, clock: ContinuousClock()) {
            for await _ in changes {
                if self.state.withLock({ test($0) }) { return true }
                if self.state.withLock({ $0.hasEnded }) { return false }
            }
            return false
        }
        return result ?? false
    }
}
