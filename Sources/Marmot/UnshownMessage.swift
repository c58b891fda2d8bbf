import MLS
import Nostr

/// A message that was received and not shown yet. Its id is computed once: it takes a hash of the whole text.
struct UnshownMessage: Equatable, Sendable {
    let id: EventID
    let rumor: Rumor

    init(_ rumor: Rumor) { (id, self.rumor) = (rumor.id, rumor) }
}

/// The form in which it is stored.
extension UnshownMessage: TLSCodable {
    init(from reader: inout TLSReader) throws(TLSDecodingError) {
        self.init(try Rumor.stored(&reader))
    }

    func encode(to writer: inout TLSWriter) { writer.opaque(rumor.json) }
}
