import Cryptography
import MLS
import Nostr

/// A group as it was before a commit, kept in case a commit that takes precedence turns up later (section 5).
struct EpochSnapshot: Equatable, Sendable {
    /// Snapshots kept, newest first. MDK rolls back up to five epochs as well.
    static let limit = 5
    /// Messages remembered per epoch, sent and received each.
    static let messageLimit = 128

    /// Stored without its past epochs, which the current state already holds (`Group.restored`).
    var before: Group
    /// The commit that was applied.
    var winner: (createdAt: Int64, id: EventID)
    /// Our own commit of that epoch, if it lost or is still unconfirmed.
    var own: PendingCommit?
    /// What we sent in the epoch that the commit started. Nobody can read it if that epoch is rolled back.
    var sent: [Rumor] = []
    /// What we read in that epoch, so that we recognize it if its author resends it.
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
