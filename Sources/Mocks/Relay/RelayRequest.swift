import Cryptography
import Nostr
import Vocabulary

/// A client's message, as far as it could be read (NIPs 01, 42, 45). Event ids and signatures have not been
/// verified.
package enum RelayRequest: Sendable {
    case event(UnverifiedEvent)
    case request(subscription: String, filters: [Filter])
    case count(subscription: String, filters: [Filter])
    case close(subscription: String)
    case authentication(UnverifiedEvent)
    /// What cannot be read, with whatever is needed to answer it where the client waits for an answer: NIP-01
    /// has OK and CLOSED for that, and NOTICE only for the rest.
    case malformedEvent(id: String, why: String)
    case malformedRequest(subscription: String, why: String)
    case malformed(why: String)

    package init(json: [UInt8]) {
        var draft = Draft()
        var reader = JSONReader(json)
        do {
            self = try draft.read(&reader)
        } catch {
            let why = "\(error)"
            switch (draft.type, draft.subscription) {
            case ("EVENT", _), ("AUTH", _): self = .malformedEvent(id: draft.id ?? "", why: why)
            case ("REQ", let name?), ("COUNT", let name?):
                self = .malformedRequest(subscription: name, why: why)
            default: self = .malformed(why: why)
            }
        }
    }

    /// What is known of a message while it is read.
    private struct Draft {
        var type = ""
        var subscription: String?
        var id: String?

        mutating func read(_ reader: inout JSONReader) throws -> RelayRequest {
            guard reader.takes("[") else { throw reader.failure("an array is expected") }
            type = try reader.string()
            let request: RelayRequest
            switch type {
            case "EVENT": request = .event(try event(&reader))
            case "AUTH": request = .authentication(try event(&reader))
            case "REQ": request = .request(subscription: try name(&reader), filters: try filters(&reader))
            case "COUNT": request = .count(subscription: try name(&reader), filters: try filters(&reader))
            case "CLOSE": request = .close(subscription: try name(&reader))
            default: throw reader.failure("\"\(type.cut(to: 40))\" is not a message type")
            }
            // NIP-01 does not forbid what it does not know.
            while reader.takes(",") { try reader.skip() }
            try reader.expect("]")
            guard reader.isAtEnd() else { throw reader.failure("something stands behind the message") }
            return request
        }

        private mutating func name(_ reader: inout JSONReader) throws -> String {
            try reader.expect(",")
            let name = try reader.string()
            subscription = name
            return name
        }

        private func filters(_ reader: inout JSONReader) throws -> [Filter] {
            var filters: [Filter] = []
            while reader.takes(",") { filters.append(try Filter(&reader)) }
            return filters
        }

        private mutating func event(_ reader: inout JSONReader) throws -> UnverifiedEvent {
            try reader.expect(",")
            var author: XOnlyKey?
            var (createdAt, kind): (Int64?, EventKind?)
            var (tags, content, signature): ([Tag]?, String?, [UInt8]?)
            var id: String?
            defer { self.id = id }
            try reader.object { reader, name in
                switch name {
                case "id": id = try reader.string()
                case "pubkey": author = try XOnlyKey(&reader)
                case "created_at": createdAt = try reader.integer()
                case "kind": kind = try EventKind(&reader)
                case "tags":
                    var list: [Tag] = []
                    try reader.array { list.append(Tag(fields: try $0.strings())) }
                    tags = list
                case "content": content = try reader.string()
                case "sig":
                    guard let bytes = try reader.hexadecimal(),
                        bytes.count == SchnorrSignature.lengthBytes
                    else { throw reader.failure("a signature must be 128 hexadecimal digits") }
                    signature = bytes
                default: try reader.skip()
                }
            }
            func required<Value>(_ value: Value?, _ name: String) throws -> Value {
                guard let value else { throw reader.failure("\"\(name)\" is missing") }
                return value
            }
            guard let claimed = EventID(hex: try required(id, "id")) else {
                throw reader.failure("an id must be 64 hexadecimal digits")
            }
            let rumor = Rumor(
                author: try required(author, "pubkey"), createdAt: try required(createdAt, "created_at"),
                kind: try required(kind, "kind"), tags: try required(tags, "tags"),
                content: try required(content, "content"))
            return UnverifiedEvent(
                claimedID: claimed, rumor: rumor, signature: try required(signature, "sig"))
        }
    }
}

extension EventKind {
    fileprivate init(_ reader: inout JSONReader) throws {
        guard let number = UInt16(exactly: try reader.integer()) else {
            throw reader.failure("a kind is a number from 0 to 65535")
        }
        self.init(rawValue: number)
    }
}

extension XOnlyKey {
    fileprivate init(_ reader: inout JSONReader) throws {
        guard let bytes = try reader.hexadecimal() else {
            throw reader.failure("a public key must be 64 hexadecimal digits")
        }
        try self.init(bytes)
    }
}

extension Filter {
    /// Members that NIP-01 does not name are passed over, as relays do that know fewer NIPs than a client.
    fileprivate init(_ reader: inout JSONReader) throws {
        self.init()
        try reader.object { reader, name in
            switch name {
            case "ids":
                var list: [EventID] = []
                try reader.array { reader in
                    guard let id = try reader.hexadecimal().flatMap(EventID.init) else {
                        throw reader.failure("an id must be 64 hexadecimal digits")
                    }
                    list.append(id)
                }
                ids = list
            case "authors":
                var list: [XOnlyKey] = []
                try reader.array { list.append(try XOnlyKey(&$0)) }
                authors = list
            case "kinds":
                var list: [EventKind] = []
                try reader.array { list.append(try EventKind(&$0)) }
                kinds = list
            case "since": since = try reader.integer()
            case "until": until = try reader.integer()
            case "limit":
                guard let number = Int(exactly: try reader.integer()), number >= 0 else {
                    throw reader.failure("a limit is not negative")
                }
                limit = number
            case _ where name.utf8.count == 2 && name.utf8.first == UInt8(ascii: "#"):
                tags[String(name.dropFirst())] = try reader.strings()
            default: try reader.skip()
            }
        }
    }
}
