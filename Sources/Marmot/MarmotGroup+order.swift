import MLS
import Nostr

extension MarmotGroup {
    /// Where an event belongs among those of the same second: dates are no finer, and each key of a ratchet is thrown away once much later
    /// ones were used.
    private struct Place: Comparable {
        let epoch: UInt64
        /// A commit ends its epoch: its messages come first.
        let isHandshake: Bool
        let generation: UInt32
        let leaf: LeafIndex

        static func < (one: Place, other: Place) -> Bool {
            (one.epoch, one.isHandshake ? 1 : 0, one.generation, one.leaf.value)
                < (other.epoch, other.isHandshake ? 1 : 0, other.generation, other.leaf.value)
        }
    }

    /// Sorts events by date, and those of one second in the order in which their senders made them, as far as the keys of known epochs tell;
    /// what they do not open comes last. Nothing is checked and nothing is used up.
    package func inOrder(_ events: [Event]) -> [Event] {
        let placed = events.map { (event: $0, place: place(of: $0)) }
        return placed.sorted { one, other in
            guard one.event.createdAt == other.event.createdAt else {
                return one.event.createdAt < other.event.createdAt
            }
            return switch (one.place, other.place) {
            case (let a?, let b?) where a != b: a < b
            case (_?, nil): true
            case (nil, _?): false
            default: one.event.id < other.event.id
            }
        }.map(\.event)
    }

    private func place(of event: Event) -> Place? {
        guard let opened = try? GroupEvent.open(event, for: mls, preferring: dialect),
            case .privateMessage(let message)? = try? MLSMessage(decoding: opened.message),
            let sender = mls.senderData(of: message)
        else { return nil }
        return Place(
            epoch: message.epoch, isHandshake: message.contentType != .application,
            generation: sender.generation, leaf: sender.leaf)
    }
}
