import Nostr
import Synchronization

/// What relays have delivered to one session and it has not processed yet. Bounded: what does not fit is dropped and known to be missing,
/// so that a session that is slow costs the others nothing. One consumer.
final class DeliveryQueue: Sendable {
    enum Item: Equatable, Sendable {
        /// With the Nostr group id of the subscription that brought it.
        case delivery(RelayPool.Delivery, nostrGroupID: String)
        /// Deliveries were dropped here.
        case overflow
    }

    /// Deliveries that wait at the most.
    static let limit = 8192

    private struct State {
        var items: [Item] = []
        /// Up to here the items were taken.
        var taken = 0
        var isFinished = false
        var consumer: CheckedContinuation<Item?, Never>?

        mutating func next() -> Item? {
            guard taken < items.count else { return nil }
            let item = items[taken]
            taken += 1
            // A queue that is never quite empty must not keep what was taken; half of it at once, so that moving the rest stays cheap.
            if taken == items.count || taken >= DeliveryQueue.limit / 2 {
                items.removeFirst(taken)
                taken = 0
            }
            return item
        }

        mutating func clear() { (items, taken) = ([], 0) }
    }

    /// Name of the session that processes it.
    let owner: String
    private let state = Mutex(State())

    init(owner: String) { self.owner = owner }

    /// Never waits.
    ///
    /// - Returns: false when it was dropped because too many wait already.
    @discardableResult
    func offer(_ delivery: RelayPool.Delivery, of nostrGroupID: String) -> Bool {
        let (isTaken, waiting): (Bool, (CheckedContinuation<Item?, Never>, Item)?) = state.withLock { state in
            guard !state.isFinished else { return (true, nil) }
            let hasRoom = state.items.count - state.taken < Self.limit
            if hasRoom {
                state.items.append(.delivery(delivery, nostrGroupID: nostrGroupID))
            } else if state.items.last != .overflow {
                // Where the gap is, not behind all that comes later.
                state.items.append(.overflow)
            }
            guard let consumer = state.consumer, let item = state.next() else { return (hasRoom, nil) }
            state.consumer = nil
            return (hasRoom, (consumer, item))
        }
        if let waiting { waiting.0.resume(returning: waiting.1) }
        return isTaken
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

    /// Forgets what waits: relays have it still.
    func clear() { state.withLock { $0.clear() } }

    /// Nothing more is taken in.
    func finish() {
        let consumer = state.withLock { state in
            state.isFinished = true
            defer { state.consumer = nil }
            return state.consumer
        }
        consumer?.resume(returning: nil)
    }

    /// Items held in memory, those taken included.
    var heldCount: Int { state.withLock { $0.items.count } }
}
