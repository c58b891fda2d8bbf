import Foundation
import Synchronization

/// The one log: everything that happens goes through `emit`, is masked, and reaches every listener in order.
package final class EventLog: Sendable {
    private struct State {
        var listeners: [Int: @Sendable (EventRecord) -> Void] = [:]
        var next = 0
    }

    package let masking: Masking
    private let now: @Sendable () -> Int64
    private let state = Mutex(State())

    /// - Parameter now: milliseconds since 1970.
    package init(
        masking: Masking = Masking(),
        now: @escaping @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970 * 1000) }
    ) {
        self.masking = masking
        self.now = now
    }

    /// Listeners are called on the emitter's thread, one event at a time; they must not emit or wait.
    @discardableResult
    package func listen(_ listener: @escaping @Sendable (EventRecord) -> Void) -> Int {
        state.withLock { state in
            state.next += 1
            state.listeners[state.next] = listener
            return state.next
        }
    }

    package func stopListening(_ number: Int) { state.withLock { $0.listeners[number] = nil } }

    package func emit(_ event: SessionEvent) {
        let parts = event.parts
        let record = EventRecord(
            time: now(), name: parts.name, fields: parts.fields.mapValues { $0.mapTexts(masking.mask) },
            text: masking.mask(parts.text), level: event.level, event: event)
        state.withLock { state in
            for listener in state.listeners.sorted(by: { $0.key < $1.key }) { listener.value(record) }
        }
    }
}
