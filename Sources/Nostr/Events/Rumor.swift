import Cryptography
import Foundation

/// An unsigned event (NIP-59 calls it a rumor), as contained in gift wraps and Marmot messages.
package struct Rumor: Equatable, Sendable {
    package var author: XOnlyKey
    /// Seconds since 1970.
    package var createdAt: Int64
    package var kind: EventKind
    package var tags: [Tag]
    package var content: String

    package init(author: XOnlyKey, createdAt: Int64, kind: EventKind, tags: [Tag] = [], content: String) {
        self.author = author
        self.createdAt = createdAt
        self.kind = kind
        self.tags = tags
        self.content = content
    }

    /// Always computed, never taken from received data.
    package var id: EventID {
        var bytes = Array("[0,\"\(author.hex)\",\(createdAt),\(kind.rawValue),".utf8)
        CanonicalJSON.appendTags(tags, to: &bytes)
        bytes.append(UInt8(ascii: ","))
        CanonicalJSON.appendString(content, to: &bytes)
        bytes.append(UInt8(ascii: "]"))
        return EventID(hashing: bytes)
    }

    /// JSON with `id` but without `sig`; members are in the order in which MDK writes them.
    package var json: [UInt8] {
        var bytes = Array("{".utf8)
        CanonicalJSON.appendMember("id", to: &bytes)
        CanonicalJSON.appendString(id.hex, to: &bytes)
        appendFields(to: &bytes)
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    func appendFields(to bytes: inout [UInt8]) {
        CanonicalJSON.appendMember("pubkey", to: &bytes)
        CanonicalJSON.appendString(author.hex, to: &bytes)
        CanonicalJSON.appendMember("created_at", to: &bytes)
        bytes.append(contentsOf: "\(createdAt)".utf8)
        CanonicalJSON.appendMember("kind", to: &bytes)
        bytes.append(contentsOf: "\(kind.rawValue)".utf8)
        CanonicalJSON.appendMember("tags", to: &bytes)
        CanonicalJSON.appendTags(tags, to: &bytes)
        CanonicalJSON.appendMember("content", to: &bytes)
        CanonicalJSON.appendString(content, to: &bytes)
    }

    /// Signs the rumor, which turns it into an event.
    package func signed(by key: Secp256k1SecretKey, random: some RandomSource) throws(CryptographyError)
        -> Event
    {
        let id = id
        return Event(
            trusted: self, id: id,
            signature: try SchnorrSignature.sign(id.bytes, with: key, auxiliaryRandom: random.bytes(32)))
    }
}

extension Rumor: Decodable {
    enum CodingKeys: String, CodingKey {
        case id, pubkey, kind, tags, content, sig
        case createdAt = "created_at"
    }

    /// Decodes the fields. An `id` member is ignored (see `Rumor.id`), as are unknown members.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        do {
            author = try XOnlyKey(hex: container.decode(String.self, forKey: .pubkey))
        } catch let error as CryptographyError {
            throw DecodingError.dataCorruptedError(
                forKey: .pubkey, in: container, debugDescription: error.description)
        }
        createdAt = try container.decode(Int64.self, forKey: .createdAt)
        guard createdAt >= 0 else {
            throw DecodingError.dataCorruptedError(
                forKey: .createdAt, in: container, debugDescription: "a date before 1970")
        }
        kind = try container.decode(EventKind.self, forKey: .kind)
        tags = try container.decode([Tag].self, forKey: .tags)
        content = try container.decode(String.self, forKey: .content)
    }

    /// - Throws: `EventError.malformed` for anything that is not a rumor.
    package init(json: [UInt8]) throws(EventError) { self = try EventJSON.decode(Rumor.self, from: json) }

    /// Whether the JSON of a rumor says its id. That is not believed, but NIP-59 demands it, and so does MDK of a Welcome.
    static func statesID(_ json: [UInt8]) throws(EventError) -> Bool {
        struct Statement: Decodable { let id: String? }
        return try EventJSON.decode(Statement.self, from: json).id != nil
    }
}
