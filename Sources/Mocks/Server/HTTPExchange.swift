import Foundation
import Nostr

/// A parsed request to a mock server.
package struct ServerRequest: Sendable {
    package let method: String
    /// Percent-decoded path without the query.
    package let path: String
    package let query: [String: String]
    package let head: HTTPHead
    package let body: [UInt8]

    /// The parts of the path between slashes.
    package var segments: [String] { path.split(separator: "/").map(String.init) }
}

package struct ServerResponse: Sendable {
    package var status: Int
    package var fields: [(name: String, value: String)] = []
    package var body: [UInt8] = []

    package init(status: Int, fields: [(name: String, value: String)] = [], body: [UInt8] = []) {
        (self.status, self.fields, self.body) = (status, fields, body)
    }

    package static func json(_ status: Int, _ value: some Encodable) -> ServerResponse {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return ServerResponse(
                status: status, fields: [("Content-Type", "application/json")],
                body: [UInt8](try encoder.encode(value)))
        } catch {
            return ServerResponse(status: 500, body: Array("{\"error\":\"\(error)\"}".utf8))
        }
    }

    package static func error(_ status: Int, _ text: String) -> ServerResponse {
        json(status, ["error": text])
    }
}

/// HTTP/1.1 for the mock servers (RFC 9112), with keep-alive, Content-Length bodies and size limits.
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
                if head.has("websocket", in: "Upgrade"), let upgrade {
                    let response = try Handshake.response(to: head)
                    try await stream.write(response.encoded)
                    await upgrade(stream, received)
                    return
                }
                let count = Int(head.value("Content-Length") ?? "0") ?? -1
                guard count >= 0, count <= maximumBodyBytes else {
                    try await stream.write(encode(.error(413, "the body is too large")))
                    return
                }
                if head.has("100-continue", in: "Expect") {
                    try await stream.write(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
                }
                while received.count < count {
                    let bytes = try await stream.read(maximum: 65_536)
                    guard !bytes.isEmpty else { return }
                    received += bytes
                }
                let body = Array(received.prefix(count))
                received.removeFirst(count)
                guard let request = request(head, body) else {
                    try await stream.write(encode(.error(400, "malformed request line")))
                    return
                }
                // No response means that the handler wants the connection to be closed.
                guard let response = await respond(request) else { return }
                try await stream.write(encode(response))
                if head.has("close", in: "Connection") { return }
            }
        } catch {
            // The client dropped the connection or violated the protocol; either way it only remains to close
            // the connection.
        }
    }

    private static func readHead(
        _ stream: any ByteStream, _ received: inout [UInt8]
    ) async throws -> (HTTPHead, Int)? {
        while true {
            if let (head, length) = try HTTPHead.parse(received) { return (head, length) }
            let bytes = try await stream.read(maximum: 8192)
            guard !bytes.isEmpty else { return nil }
            received += bytes
        }
    }

    private static func request(_ head: HTTPHead, _ body: [UInt8]) -> ServerRequest? {
        let parts = head.startLine.split(separator: " ")
        guard parts.count == 3, let target = URLComponents(string: String(parts[1])) else { return nil }
        let query = (target.queryItems ?? []).map { ($0.name, $0.value ?? "") }
        return ServerRequest(
            method: String(parts[0]), path: target.path,
            query: Dictionary(query, uniquingKeysWith: { first, _ in first }), head: head, body: body)
    }

    private static func encode(_ response: ServerResponse) -> [UInt8] {
        let fields =
            response.fields + (response.status == 204 ? [] : [("Content-Length", "\(response.body.count)")])
        return HTTPHead(startLine: "HTTP/1.1 \(response.status) \(reason(response.status))", fields: fields)
            .encoded
            + response.body
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
        case 429: "Too Many Requests"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 503: "Service Unavailable"
        default: "Status"
        }
    }
}
