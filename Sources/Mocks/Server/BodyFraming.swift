import Nostr

/// How the end of a request's body is found (RFC 9112 §6.3).
enum BodyFraming: Equatable {
    case length(Int)
    case chunked

    /// - Throws: `BadRequest` where two readers could see two different ends.
    init(of head: HTTPHead) throws(BadRequest) {
        let lengths = Set(Self.values("content-length", head))
        let codings = Self.values("transfer-encoding", head)
        if let coding = codings.last {
            guard lengths.isEmpty else {
                throw BadRequest(400, "a request has either a Content-Length or a Transfer-Encoding")
            }
            guard codings.count == 1, coding.lowercased() == "chunked" else {
                throw BadRequest(501, "no other transfer coding than chunked is known")
            }
            self = .chunked
            return
        }
        guard lengths.count <= 1 else {
            throw BadRequest(400, "the request has two different Content-Lengths")
        }
        let text = lengths.first ?? "0"
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw BadRequest(400, "the Content-Length is not a number")
        }
        guard let length = Int(text), length <= HTTPExchange.maximumBodyBytes else { throw Self.tooLarge }
        self = .length(length)
    }

    private static var tooLarge: BadRequest { BadRequest(413, "the body is too large") }

    private static func values(_ name: String, _ head: HTTPHead) -> [String] {
        head.fields.filter { $0.name.lowercased() == name }
            .flatMap { $0.value.split(separator: ",", omittingEmptySubsequences: false) }
            .map { String($0.trimmingBlanks) }
    }

    /// - Returns: the body and how many bytes it took; nil while it is incomplete.
    func body(in bytes: [UInt8]) throws(BadRequest) -> (body: [UInt8], length: Int)? {
        switch self {
        case .length(let length): bytes.count < length ? nil : (Array(bytes.prefix(length)), length)
        case .chunked: try Self.chunks(bytes)
        }
    }

    /// RFC 9112 §7.1, with extensions and trailers passed over.
    private static func chunks(_ bytes: [UInt8]) throws(BadRequest) -> (body: [UInt8], length: Int)? {
        var body: [UInt8] = []
        var at = 0
        while true {
            guard let line = try line(bytes, at) else { return nil }
            let digits = line.text.prefix { $0 != ";" }.trimmingBlanks
            guard let size = Int(digits, radix: 16), size >= 0, digits.first?.isHexDigit == true else {
                throw BadRequest(400, "a chunk's size is not a number")
            }
            at = line.end
            guard body.count + size <= HTTPExchange.maximumBodyBytes else { throw tooLarge }
            if size == 0 { break }
            guard bytes.count >= at + size + 2 else { return nil }
            body += bytes[at..<at + size]
            guard bytes[at + size] == 0x0d, bytes[at + size + 1] == 0x0a else {
                throw BadRequest(400, "a chunk is longer than it says")
            }
            at += size + 2
        }
        while true {
            guard let line = try line(bytes, at) else { return nil }
            at = line.end
            if line.text.isEmpty { return (body, at) }
        }
    }

    private static func line(_ bytes: [UInt8], _ start: Int) throws(BadRequest) -> (text: String, end: Int)? {
        guard let end = bytes[start...].firstIndex(of: 0x0a) else {
            guard bytes.count - start < HTTPHead.maximumBytes else { throw tooLarge }
            return nil
        }
        let line = bytes[start..<end].last == 0x0d ? bytes[start..<end].dropLast() : bytes[start..<end]
        return (String(decoding: line, as: UTF8.self), end + 1)
    }
}
