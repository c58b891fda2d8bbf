import MLS
import Nostr

/// What one application message changed in a group, short enough to be appended to a log. It contains no
/// keys: the stored state has the ratchet, which only has to be advanced again.
package struct MessageRecord: Equatable, Sendable {
    enum Direction: UInt8, CaseIterable, Sendable {
        case sent = 1
        case received = 2
    }

    let direction: Direction
    let epoch: UInt64
    /// The sender's leaf, and the generation of its application ratchet.
    let leaf: LeafIndex
    let generation: UInt32
    let event: EventID
    /// SHA-256 of the MLS message.
    let messageHash: [UInt8]
    /// The rumor that was sent, so that it can be resent if its epoch is rolled back; the rumor that was received, until it was shown.
    let rumor: Rumor?
    /// The rumor that was received.
    let rumorID: EventID?
}

extension MessageRecord: TLSCodable {
    package init(from reader: inout TLSReader) throws(TLSDecodingError) {
        direction = try reader.closedCode8(Direction.self, named: "direction")
        epoch = try reader.uint64()
        leaf = try LeafIndex(from: &reader)
        generation = try reader.uint32()
        event = try EventID.stored(&reader)
        messageHash = try reader.fixed(32)
        rumor = try reader.optional { (reader) throws(TLSDecodingError) in try Rumor.stored(&reader) }
        rumorID = try reader.optional { (reader) throws(TLSDecodingError) in try EventID.stored(&reader) }
    }

    package func encode(to writer: inout TLSWriter) {
        writer.uint8(direction.rawValue)
        writer.uint64(epoch)
        leaf.encode(to: &writer)
        writer.uint32(generation)
        writer.fixed(event.bytes)
        writer.fixed(messageHash)
        writer.optional(rumor) { $0.opaque($1.json) }
        writer.optional(rumorID) { $0.fixed($1.bytes) }
    }
}

extension MarmotGroup {
    /// Replays the effect of the message on a stored group.
    ///
    /// - Throws: when the record does not fit this state.
    mutating func apply(_ record: MessageRecord) throws {
        switch record.direction {
        case .sent: try mls.consumeOwnGeneration(record.generation, epoch: record.epoch)
        case .received:
            try mls.consume(record.generation, of: record.leaf, epoch: record.epoch)
        }
        remember(record)
    }

    /// Everything that a message changes except the ratchet.
    mutating func remember(_ record: MessageRecord) {
        inbox.remember(event: record.event, message: record.messageHash)
        if record.direction == .received, let rumor = record.rumor { unshown.append(UnshownMessage(rumor)) }
        guard record.epoch == mls.epoch, !snapshots.isEmpty else { return }
        if record.direction == .sent, let rumor = record.rumor,
            snapshots[0].sent.count < EpochSnapshot.messageLimit
        {
            snapshots[0].sent.append(rumor)
        }
        if let id = record.rumorID, snapshots[0].read.count < EpochSnapshot.messageLimit {
            snapshots[0].read.append(id)
        }
    }
}
