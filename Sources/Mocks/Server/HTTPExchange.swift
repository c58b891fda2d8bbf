import Foundation
import Nostr

/// HTTP/1.1 for the mock servers (RFC 9112), with keep-alive and size limits. What is no proper request is refused
/// in words before the connection is closed: a client that says nothing but "connection lost" would be hard to mend.
package enum HTTPExchange {
    package static let maximumBodyBytes = 8 << 20

    /// Serves requests on one connection until either side closes it. A WebSocket request is passed to
    /// `upgrade`.
    package static func serve(
        _ stream: any ByteStream, upgrade: (@Sendable (any ByteStream, [UInt8]) async -> Void)? = nil,
        respond: @Sendable (ServerRequest) async -> ServerResponse?
    ) async {
        var received: [UInt8] = []
        do {
            while true {
                guard let (head, length) = try await readHead(stream, &received) else { return }
                received.removeFirst(length)
                try check(head)
                if head.has("websocket", in: "Upgrade"), let upgrade {
                    guard let response = try? Handshake.response(to: head) else {
                        let version = head.value("Sec-WebSocket-Version")
                        throw BadRequest(
                            version == nil || version == "13" ? 400 : 426,
                            "this is no WebSocket handshake of version 13 (RFC 6455)")
                    }
                    try await stream.write(response.encoded)
                    await upgrade(stream, received)
                    return
                }
                let framing = try BodyFraming(of: head)
                if let expectation = head.value("Expect") {
                    guard expectation.lowercased() == "100-continue" else {
                        throw BadRequest(417, "no other expectation than 100-continue is met")
                    }
                    try await stream.write(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
                }
                let body = try await readBody(framing, stream, &received)
                guard let request = request(head, body) else {
                    throw BadRequest(400, "malformed request line")
                }
                // No response means that the handler wants the connection to be closed.
                guard let response = await respond(request) else { return }
                try await stream.write(encode(response, isHead: head.startLine.hasPrefix("HEAD ")))
                let isOld = head.startLine.hasSuffix("HTTP/1.0") && !head.has("keep-alive", in: "Connection")
                if head.has("close", in: "Connection") || isOld { return }
            }
        } catch let bad as BadRequest {
            // A client that is gone needs no answer.
            var refusal = ServerResponse.error(bad.status, bad.reason)
            refusal.fields += [("Connection", "close")]
            if bad.status == 426 {
                refusal.fields += [("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13")]
            }
            try? await stream.write(encode(refusal, isHead: false))
        } catch {
            // The client dropped the connection: it only remains to close it.
        }
    }

    /// RFC 9112 §3.2 and §5.1: what two readers could understand in two ways.
    private static func check(_ head: HTTPHead) throws {
        guard !head.fields.contains(where: { $0.name.contains { $0 == " " || $0 == "\t" } }) else {
            throw BadRequest(400, "there is a blank in the name of a field")
        }
        let hosts = head.fields.count { $0.name.lowercased() == "host" }
        guard hosts == 1 || hosts == 0 && !head.startLine.hasSuffix("HTTP/1.1") else {
            throw BadRequest(400, "a request names its Host once")
        }
    }

    private static func readHead(
        _ stream: any ByteStream, _ received: inout [UInt8]
    ) async throws -> (HTTPHead, Int)? {
        while true {
            // Empty lines before a request are to be ignored (RFC 9112 §2.2).
            while received.first == 0x0d || received.first == 0x0a { received.removeFirst() }
            if received.first == 0x16 {
                throw BadRequest(400, "this server speaks HTTP without TLS: use http://")
            }
            do {
                let end = endOfHead(received)
                // `HTTPHead` wants the last line end whole; the others it takes as they are.
                let head = end.map { Array(received[..<$0.ofLine]) + Array("\r\n\r\n".utf8) } ?? received
                if let (head, length) = try HTTPHead.parse(head) { return (head, end?.ofHead ?? length) }
            } catch {
                throw BadRequest(error == .tooLong ? 431 : 400, "\(error)")
            }
            let bytes = try await stream.read(maximum: 8192)
            guard !bytes.isEmpty else { return nil }
            received += bytes
        }
    }

    /// Behind the last line, and behind the empty line that follows it. Either may end without its CR (RFC 9112 §2.2).
    private static func endOfHead(_ bytes: [UInt8]) -> (ofLine: Int, ofHead: Int)? {
        for end in bytes.indices where bytes[end] == 0x0a {
            let next = bytes[(end + 1)...]
            let length = next.first == 0x0a ? 1 : next.starts(with: [0x0d, 0x0a]) ? 2 : 0
            guard length > 0 else { continue }
            return (end > 0 && bytes[end - 1] == 0x0d ? end - 1 : end, end + 1 + length)
        }
        return nil
    }

    private static func readBody(
        _ framing: BodyFraming, _ stream: any ByteStream, _ received: inout [UInt8]
    ) async throws -> [UInt8] {
        while true {
            if let (body, length) = try framing.body(in: received) {
                received.removeFirst(length)
                return body
            }
            let bytes = try await stream.read(maximum: 65_536)
            guard !bytes.isEmpty else { throw StreamEnded() }
            received += bytes
        }
    }

    private struct StreamEnded: Error {}

    private static func request(_ head: HTTPHead, _ body: [UInt8]) -> ServerRequest? {
        let parts = head.startLine.split(separator: " ")
        guard parts.count == 3, parts[2].hasPrefix("HTTP/1."),
            let target = URLComponents(string: String(parts[1]))
        else { return nil }
        let query = (target.queryItems ?? []).map { ($0.name, $0.value ?? "") }
        return ServerRequest(
            // What HEAD asks for is GET's answer without its body.
            method: parts[0] == "HEAD" ? "GET" : String(parts[0]), path: target.path,
            query: Dictionary(query, uniquingKeysWith: { first, _ in first }), head: head, body: body)
    }

    private static func encode(_ response: ServerResponse, isHead: Bool) -> [UInt8] {
        let fields =
            response.fields + (response.status == 204 ? [] : [("Content-Length", "\(response.body.count)")])
        return HTTPHead(startLine: "HTTP/1.1 \(response.status) \(reason(response.status))", fields: fields)
            .encoded
            + (isHead ? [] : response.body)
    }

    private static func reason(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 201: "Created"
        case 204: "No Content"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 404: "Not Found"
        case 408: "Request Timeout"
        case 413: "Content Too Large"
        case 417: "Expectation Failed"
        case 426: "Upgrade Required"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 503: "Service Unavailable"
        default: "Status"
        }
    }
}

/// A request that is refused before anybody looks at what it asks for; the connection is closed behind it.
struct BadRequest: Error {
    let status: Int
    let reason: String

    init(_ status: Int, _ reason: String) { (self.status, self.reason) = (status, reason) }
}
