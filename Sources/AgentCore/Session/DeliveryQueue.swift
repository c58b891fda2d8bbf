import Nostr
import Synchronization

/// What relays have delivered to one session and it has not processed yet. Bounded: what does not fit is dropped and known to be missing,
/// so that a session that is slow costs the others nothing. One consumer.
final class DeliveryQueue: Sendable {
    enum Item: Sendable {
        /// With the Nostr group id of the subscription that brought it.
        case delivery(RelayPool.Delivery, nostrGroupID: String)
        /// Deliveries were dropped here.
        case overflow
    }

    /// Items that wait at the most.
    static let limit = 8192

    private struct State {
        var items: [Item] = []
        /// Up to here the items were taken.
        var taken = 0
        var hasOverflowed = false
        var isFinished = false
        var consumer: CheckedContinuation<Item?, Never>?

        mutating func next() -> Item? {
            if taken < items.count {
                defer {
                    taken += 1
                    if taken == items.count { (items, taken) = ([], 0) }
                }
                return items[taken]
            }
            guard hasOverflowed else { return nil }
            hasOverflowed = false
            return .overflow
        }
    }

    private let state = Mutex(State())

    /// Never waits.
    func offer(_ delivery: RelayPool.Delivery, of nostrGroupID: String) {
        let waiting: (CheckedContinuation<Item?, Never>, Item)? = state.withLock { state in
            guard !state.isFinished else { return nil }
            if state.items.count - state.taken < Self.limit {
                state.items.append(.delivery(delivery, nostrGroupID: nostrGroupID))
            } else {
                state.hasOverflowed = true
            }
            guard let consumer = state.consumer, let item = state.next() else { return nil }
            state.consumer = nil
            return (consumer, item)
        }
        if let waiting { waiting.0.resume(returning: waiting.1) }
    }

    /// The next item; nil after `finish`, once all that came before it were taken.
    func next() async -> Item? {
        await withCheckedContinuation { continuation in
            let ready: Item?? = state.withLock { state in
                if let item = state.next() { return .some(item) }
                if state.isFinished { return .some(nil) }
                state.consumer = continuation
                return nil
            }
            if let ready { continuation.resume(returning: ready) }
        }
    }

    /// Nothing more is taken in.
    func finish() {
        let consumer = state.withLock { state in
            state.isFinished = true
            defer { state.consumer = nil }
            return state.consumer
        }
        consumer?.resume(returning: nil)
    }
}
