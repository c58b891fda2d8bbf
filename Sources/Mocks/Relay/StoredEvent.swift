import Nostr

/// An event as the relay keeps it: serialized once, however often it is sent.
package final class StoredEvent: Sendable {
    package let event: Event
    package let json: [UInt8]
    /// Seconds since 1970 (NIP-40).
    let expiration: Int64?
    /// The first eight bytes of the id, because most comparisons end there.
    let idPrefix: UInt64

    package init(_ event: Event) {
        self.event = event
        json = event.json
        expiration = event.tags.value("expiration").flatMap { Int64($0) }
        idPrefix = event.id.bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    func isExpired(at now: Int64) -> Bool { expiration.map { $0 <= now } ?? false }

    /// The order of answers: the newest first, of two with one date the one with the lower id (NIP-01).
    func comesBefore(_ other: StoredEvent) -> Bool {
        guard event.createdAt == other.event.createdAt else {
            return event.createdAt > other.event.createdAt
        }
        return idPrefix == other.idPrefix ? event.id < other.event.id : idPrefix < other.idPrefix
    }
}
