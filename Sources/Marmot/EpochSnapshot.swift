import Cryptography
import MLS
import Nostr

/// A group as it was before a commit, for the case that a better one turns up (section 5).
struct EpochSnapshot: Equatable, Sendable {
    /// Kept, newest first: MDK goes back five epochs as well.
    static let limit = 5
    /// Messages remembered of each epoch.
    static let messageLimit = 128

    /// Without its past epochs: the newest state has them (`Group.restored`).
    var before: Group
    /// The commit that was applied.
    var winner: (createdAt: Int64, id: EventID)
    /// Ours that lost, or has no confirmation yet.
    var own: PendingCommit?
    /// What we sent in the epoch that the commit began: unreadable for all if that epoch is undone.
    var sent: [Rumor] = []
    /// What we read in it: known already if its author sends it again.
    var read: [EventID] = []

    init(before: Group, winner: (createdAt: Int64, id: EventID), own: PendingCommit?) {
        (self.before, self.winner, self.own) = (before, winner, own)
    }

    static func == (one: Self, other: Self) -> Bool {
        one.before == other.before && one.winner == other.winner && one.own == other.own
            && one.sent == other.sent && one.read == other.read
    }
}

extension EpochSnapshot: TLSCodable {
    init(from reader: inout TLSReader) throws(TLSDecodingError) {
        before = try Group(from: &reader)
        let createdAt = Int64(bitPattern: try reader.uint64())
        winner = (createdAt, try EventID.stored(&reader))
        own = try reader.optional(of: PendingCommit.self)
        sent = try reader.vector { (reader) throws(TLSDecodingError) in try Rumor.stored(&reader) }
        read = try reader.vector { (reader) throws(TLSDecodingError) in try EventID.stored(&reader) }
    }

    func encode(to writer: inout TLSWriter) {
        before.encode(to: &writer)
        writer.uint64(UInt64(bitPattern: winner.createdAt))
        writer.fixed(winner.id.bytes)
        writer.optional(own)
        writer.nested { writer in for rumor in sent { writer.opaque(rumor.json) } }
        writer.nested { writer in for id in read { writer.fixed(id.bytes) } }
    }
}
