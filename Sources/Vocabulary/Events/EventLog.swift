import Foundation
import Synchronization

/// The one log: everything that happens goes through `emit`, is masked, and reaches every listener in order.
///
/// ```swift
/// let log = EventLog()
/// log.listen { record in print(record.json) }
/// log.masking.add("the-token")
/// log.emit(.warning("the-token is about to expire"))  // …"text":"‹redacted› is about to expire"…
/// ```
public final class EventLog: Sendable {
    private struct State {
        var listeners: [Int: @Sendable (EventRecord) -> Void] = [:]
        var next = 0
        var room: (@Sendable () async -> Void)?
        var shown: (@Sendable () async -> Bool)?
    }

    /// What no listener may see.
    public let masking: Masking
    /// What went over the wire.
    package let trace: TraceBook
    /// From which level on people see an event; `set log-level` changes it.
    package var shownLevel: LogEvent.Level {
        get { level.withLock { $0 } }
        set { level.withLock { $0 = newValue } }
    }
    /// Apart from the rest: listeners read it.
    private let level = Mutex(LogEvent.Level.info)
    private let now: @Sendable () -> Int64
    private let state = Mutex(State())

    /// - Parameter now: milliseconds since 1970.
    public init(
        masking: Masking = Masking(),
        now: @escaping @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970 * 1000) }
    ) {
        self.masking = masking
        self.now = now
        trace = TraceBook(masking: masking, now: now)
        trace.show { [weak self] in self?.emit(.trace($0, $1, masking)) }
    }

    /// Listeners are called on the emitter's thread, one event at a time; they must not emit or wait.
    ///
    /// - Returns: a number for `stopListening`.
    @discardableResult
    public func listen(_ listener: @escaping @Sendable (EventRecord) -> Void) -> Int {
        state.withLock { state in
            state.next += 1
            state.listeners[state.next] = listener
            return state.next
        }
    }

    /// - Parameter number: from `listen`; others are not looked at.
    public func stopListening(_ number: Int) { state.withLock { $0.listeners[number] = nil } }

    /// Waits until listeners that show what they get have room again; at once where none does.
    ///
    /// A slow reader of the output thus slows the script down, instead of losing lines.
    public func settle() async {
        guard let room = state.withLock({ $0.room }) else { return }
        await room()
    }

    /// Waits until everything that was emitted is out where a listener shows what it gets; at once where none does.
    ///
    /// - Returns: false when some of it was lost, because nobody reads the output any more.
    public func shown() async -> Bool {
        guard let shown = state.withLock({ $0.shown }) else { return true }
        return await shown()
    }

    /// - Parameters:
    ///   - room: returns when more can be shown.
    ///   - shown: returns when everything is out, with false when some of it was lost.
    public func settle(
        by room: @escaping @Sendable () async -> Void, shown: (@Sendable () async -> Bool)? = nil
    ) {
        state.withLock { state in (state.room, state.shown) = (room, shown) }
    }

    /// Masks the event and hands it to every listener before it returns.
    public func emit(_ event: LogEvent) {
        let record = EventRecord(time: now(), event: event.mapTexts(masking.mask))
        state.withLock { state in
            for listener in state.listeners.sorted(by: { $0.key < $1.key }) { listener.value(record) }
        }
    }
}
