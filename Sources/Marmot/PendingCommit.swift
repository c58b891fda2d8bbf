import Cryptography
import MLS
import Nostr

/// One of our own commits that no relay has confirmed yet. It is stored before it is published, and takes
/// effect once a relay has it (MIP-03: publish, then merge).
package struct PendingCommit: Equatable, Sendable {
    /// A Welcome to deliver after the commit has been merged.
    package struct Invitation: Equatable, Sendable {
        package let receiver: XOnlyKey
        package let rumor: Rumor
    }

    /// Always published unchanged, even when it is resent after a restart: a rebuilt wrapper would wedge MDK
    /// 0.6 and 0.7.
    package let event: Event
    package let invitations: [Invitation]
    let next: Group

    /// Whether `one` takes precedence over another commit of the same epoch (section 5): the earlier one
    /// does, or on equal dates the one with the smaller id.
    static func precedes(_ one: Event, _ other: (createdAt: Int64, id: EventID)) -> Bool {
        (one.createdAt, one.id) < (other.createdAt, other.id)
    }
}

extension PendingCommit: TLSCodable {
    package init(from reader: inout TLSReader) throws(TLSDecodingError) {
        let start = reader
        do {
            event = try Event(json: try reader.opaque())
            invitations = try reader.vector(of: Invitation.self)
        } catch let error as TLSDecodingError {
            throw error
        } catch {
            throw start.failure(.invalidValue(of: "pending commit", 0))
        }
        next = try Group(from: &reader)
    }

    package func encode(to writer: inout TLSWriter) {
        writer.opaque(event.json)
        writer.vector(invitations)
        next.encode(to: &writer)
    }
}

extension PendingCommit.Invitation: TLSCodable {
    package init(from reader: inout TLSReader) throws(TLSDecodingError) {
        let start = reader
        do {
            receiver = try XOnlyKey(try reader.fixed(XOnlyKey.lengthBytes))
            rumor = try Rumor.stored(&reader)
        } catch let error as TLSDecodingError {
            throw error
        } catch {
            throw start.failure(.invalidValue(of: "invitation", 0))
        }
    }

    package func encode(to writer: inout TLSWriter) {
        writer.fixed(receiver.bytes)
        writer.opaque(rumor.json)
    }
}
