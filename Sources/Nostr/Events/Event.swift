import Cryptography
import Foundation

/// A signed Nostr event (NIP-01). Every value of this type has a correct id and a valid signature, because it
/// cannot be created without them.
package struct Event: Hashable, Sendable {
    package let id: EventID
    package let author: XOnlyKey
    /// Seconds since 1970, as claimed by the author.
    package let createdAt: Int64
    package let kind: EventKind
    package let tags: [Tag]
    package let content: String
    package let signature: [UInt8]

    init(trusted rumor: Rumor, id: EventID, signature: [UInt8]) {
        self.id = id
        author = rumor.author
        createdAt = rumor.createdAt
        kind = rumor.kind
        tags = rumor.tags
        content = rumor.content
        self.signature = signature
    }

    package var rumor: Rumor {
        Rumor(author: author, createdAt: createdAt, kind: kind, tags: tags, content: content)
    }

    package var json: [UInt8] {
        var bytes = Array("{".utf8)
        CanonicalJSON.appendMember("id", to: &bytes)
        CanonicalJSON.appendString(id.hex, to: &bytes)
        rumor.appendFields(to: &bytes)
        CanonicalJSON.appendMember("sig", to: &bytes)
        CanonicalJSON.appendString(Hex.encode(signature), to: &bytes)
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    /// About how much memory it takes.
    package var sizeBytes: Int { content.utf8.count + tags.joinedLength + 256 }

    /// Decodes and verifies an event.
    package init(json: [UInt8]) throws(EventError) {
        self = try EventJSON.decode(UnverifiedEvent.self, from: json).verified()
    }
}

/// An event as received: its id and signature have not been verified.
package struct UnverifiedEvent: Decodable, Sendable {
    package let claimedID: EventID
    package var kind: EventKind { rumor.kind }
    private let rumor: Rumor
    private let signature: [UInt8]

    /// For what was read by another reader than Foundation's.
    ///
    /// - Parameter signature: 64 bytes, or it will not be valid.
    package init(claimedID: EventID, rumor: Rumor, signature: [UInt8]) {
        self.claimedID = claimedID
        self.rumor = rumor
        self.signature = signature
    }

    package init(from decoder: any Decoder) throws {
        rumor = try Rumor(from: decoder)
        let container = try decoder.container(keyedBy: Rumor.CodingKeys.self)
        claimedID = try container.decode(EventID.self, forKey: .id)
        guard let signature = Hex.decode(try container.decode(String.self, forKey: .sig)),
            signature.count == SchnorrSignature.lengthBytes
        else {
            throw DecodingError.dataCorruptedError(
                forKey: .sig, in: container, debugDescription: "a signature must be 128 hexadecimal digits")
        }
        self.signature = signature
    }

    /// - Throws: `.wrongID` or `.wrongSignature`.
    package func verified() throws(EventError) -> Event {
        guard rumor.id == claimedID else { throw .wrongID }
        guard SchnorrSignature.isValid(signature, for: claimedID.bytes, publicKey: rumor.author) else {
            throw .wrongSignature
        }
        return Event(trusted: rumor, id: claimedID, signature: signature)
    }
}

/// Why something is not an acceptable event.
package enum EventError: Error, Equatable, CustomStringConvertible {
    case malformed(String)
    case wrongID
    case wrongSignature

    package var description: String {
        switch self {
        case .malformed(let why): "not an event: \(why)"
        case .wrongID: "the event's id is not the hash of its content"
        case .wrongSignature: "the event's signature is invalid"
        }
    }
}

/// Foundation's JSON decoder, with errors that read as one sentence.
package enum EventJSON {
    package static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws(EventError)
        -> Value
    {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch let error as DecodingError {
            throw .malformed(describe(error))
        } catch {
            throw .malformed("\(error)")
        }
    }

    /// Describes a decoding error in one sentence, including the coding path.
    package static func describe(_ error: DecodingError) -> String {
        func place(_ context: DecodingError.Context) -> String {
            let path = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(
                separator: ".")
            return path.isEmpty ? "" : " at \(path)"
        }
        return switch error {
        case .keyNotFound(let key, let context): "\"\(key.stringValue)\" is missing\(place(context))"
        case .typeMismatch(_, let context): "wrong type\(place(context))"
        case .valueNotFound(_, let context): "null\(place(context))"
        case .dataCorrupted(let context): "\(context.debugDescription)\(place(context))"
        @unknown default: "unreadable JSON"
        }
    }
}
