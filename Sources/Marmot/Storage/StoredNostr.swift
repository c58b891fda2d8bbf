import Cryptography
import MLS
import Nostr

/// How Nostr values are stored in our state files.
extension Rumor {
    static func stored(_ reader: inout TLSReader) throws(TLSDecodingError) -> Rumor {
        let start = reader
        let json = try reader.opaque()
        guard let rumor = try? Rumor(json: json) else { throw start.failure(.invalidValue(of: "rumor", 0)) }
        return rumor
    }
}

extension EventID {
    static func stored(_ reader: inout TLSReader) throws(TLSDecodingError) -> EventID {
        let start = reader
        guard let id = EventID(try reader.fixed(EventID.lengthBytes)) else {
            throw start.failure(.invalidValue(of: "event id", 0))
        }
        return id
    }
}

extension XOnlyKey {
    /// Names a member or an admin; need not be on the curve (see `AccountCredential`).
    static func stored(_ reader: inout TLSReader) throws(TLSDecodingError) -> XOnlyKey {
        let start = reader
        let bytes = try reader.fixed(lengthBytes)
        do { return try XOnlyKey(unverified: bytes) } catch {
            throw start.failure(.invalidValue(of: "account", 0))
        }
    }
}
