import MLS
import Nostr

/// What is appended to a group's log, instead of writing its whole state anew.
package enum GroupRecord: Equatable, Sendable {
    case message(MessageRecord)
    /// These messages were shown, so that no later run has to show them.
    case shown([EventID])

    private static let shownCode: UInt8 = 3
}

/// Begins with one byte: the direction of a message, or 3.
extension GroupRecord: TLSCodable {
    package init(from reader: inout TLSReader) throws(TLSDecodingError) {
        var ahead = reader
        guard try ahead.uint8() == Self.shownCode else {
            self = .message(try MessageRecord(from: &reader))
            return
        }
        self = .shown(
            try ahead.vector { (reader) throws(TLSDecodingError) in try EventID.stored(&reader) })
        reader = ahead
    }

    package func encode(to writer: inout TLSWriter) {
        switch self {
        case .message(let record): record.encode(to: &writer)
        case .shown(let ids):
            writer.uint8(Self.shownCode)
            writer.nested { writer in for id in ids { writer.fixed(id.bytes) } }
        }
    }
}

extension MarmotGroup {
    /// Replays the effect of a record on a stored group.
    ///
    /// - Throws: when the record does not fit this state.
    mutating func apply(_ record: GroupRecord) throws {
        switch record {
        case .message(let message): try apply(message)
        case .shown(let ids): showed(ids)
        }
    }

    /// - Parameter ids: of rumors; others than those that wait are not looked at.
    mutating func showed(_ ids: [EventID]) {
        let ids = Set(ids)
        unshown.removeAll { ids.contains($0.id) }
    }
}
