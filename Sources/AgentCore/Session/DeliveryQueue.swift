import Nostr
import Vocabulary

/// What relays have delivered to one session and it has not processed yet. When it is full, the relays are not read any further: nothing is
/// dropped.
final class DeliveryQueue: Sendable {
    struct Item: Sendable {
        let delivery: TopicDelivery
        /// Of the subscription that brought it.
        let nostrGroupID: String
    }

    /// Bytes of events that wait.
    static let limitBytes = 4 << 20

    /// Name of the session that processes it.
    let owner: String
    private let items = BoundedQueue<Item>(limit: DeliveryQueue.limitBytes)

    init(owner: String) { self.owner = owner }

    /// Waits while the session has too much to do.
    func put(_ delivery: TopicDelivery, of nostrGroupID: String) async {
        await items.put(Item(delivery: delivery, nostrGroupID: nostrGroupID), cost: delivery.sizeBytes)
    }

    /// The next item; nil after `finish`.
    func next() async -> Item? { await items.next() }

    /// Forgets what waits: relays have it still.
    func clear() { items.clear() }

    /// Nothing more is taken in.
    func finish() { items.finish() }
}
