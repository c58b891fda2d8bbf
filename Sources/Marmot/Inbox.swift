import MLS
import Nostr

/// The receive-side bookkeeping of a group: events and messages already seen, and events queued for a later
/// epoch.
package struct Inbox: Equatable, Sendable {
    /// Ids remembered of each kind; the oldest are forgotten first.
    package static let rememberedLimit = 8192
    /// Events queued for a retry because they arrived before their commit.
    package static let waitingLimit = 256
    /// Limit for the total size of their contents, in bytes.
    package static let waitingLimitBytes = 4 << 20

    private var seenEvents = RecentSet(limit: Inbox.rememberedLimit)
    private var seenMessages = RecentSet(limit: Inbox.rememberedLimit)
    package private(set) var waiting: [Event] = []
    private var waitingBytes = 0
    /// The date of the oldest event that the queue had no room for. Strangers can fill the queue, so that a member's message may be among
    /// those: relays are asked again from there once a commit has arrived. Seconds since 1970; not stored.
    package internal(set) var missingSince: Int64?
    /// Queued events that an epoch change has failed to open. Strangers can fill the queue, but their events
    /// never open.
    private var failedBefore = Set<EventID>()

    package static func == (one: Inbox, other: Inbox) -> Bool {
        one.seenEvents == other.seenEvents && one.seenMessages == other.seenMessages
            && one.waiting == other.waiting
    }

    package init() {}

    package func hasSeen(event: EventID) -> Bool { seenEvents.contains(event.bytes) }
    package func hasSeen(message: [UInt8]) -> Bool { seenMessages.contains(message) }

    package mutating func remember(event: EventID, message: [UInt8]? = nil) {
        seenEvents.insert(event.bytes)
        if let message { seenMessages.insert(message) }
    }

    /// Queues an event that no secret opens yet. When the queue is full, an event that already failed a retry
    /// is dropped; if there is none, the new event itself is dropped. That way a flood cannot displace what
    /// arrived before it, whatever dates its events claim.
    package mutating func queue(_ event: Event) {
        guard !waiting.contains(where: { $0.id == event.id }) else { return }
        waiting.append(event)
        waitingBytes += event.content.utf8.count
        while waiting.count > Self.waitingLimit || waitingBytes > Self.waitingLimitBytes {
            let failed = failedBefore.isEmpty ? nil : waiting.firstIndex { failedBefore.contains($0.id) }
            let dropped = waiting.remove(at: failed ?? waiting.count - 1)
            waitingBytes -= dropped.content.utf8.count
            failedBefore.remove(dropped.id)
            missingSince = min(missingSince ?? dropped.createdAt, dropped.createdAt)
        }
    }

    /// Empties the queue for a retry after an epoch change, oldest event first.
    package mutating func takeWaiting() -> [Event] {
        defer { (waiting, waitingBytes) = ([], 0) }
        failedBefore = Set(waiting.map(\.id))
        return waiting.sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
    }
}

/// The form in which it is stored.
extension Inbox: TLSCodable {
    package init(from reader: inout TLSReader) throws(TLSDecodingError) {
        for id in try reader.vector({ (reader) throws(TLSDecodingError) in try reader.opaque() }) {
            seenEvents.insert(id)
        }
        for hash in try reader.vector({ (reader) throws(TLSDecodingError) in try reader.opaque() }) {
            seenMessages.insert(hash)
        }
        let start = reader
        waiting = try reader.vector { (reader) throws(TLSDecodingError) in
            let json = try reader.opaque()
            guard let event = try? Event(json: json) else {
                throw start.failure(.invalidValue(of: "event", 0))
            }
            return event
        }
        waitingBytes = waiting.reduce(0) { $0 + $1.content.utf8.count }
    }

    package func encode(to writer: inout TLSWriter) {
        for set in [seenEvents, seenMessages] {
            writer.nested { writer in
                for value in set.newest { writer.opaque(value) }
            }
        }
        writer.nested { writer in
            for event in waiting { writer.opaque(event.json) }
        }
    }
}
