import Cryptography
import Vocabulary

/// The opening handshake (RFC 6455 §4). No extensions are offered, not even permessage-deflate.
package enum Handshake {
    package enum Failure: Error, Equatable, CustomStringConvertible {
        case notUpgraded(statusLine: String)
        case wrongAccept
        case unrequestedExtension
        case notAWebSocketRequest

        package var description: String {
            switch self {
            case .notUpgraded(let line):
                "the server did not switch to WebSocket but answered \"\(line.cut(to: 120))\""
            case .wrongAccept: "the server's Sec-WebSocket-Accept does not match our key"
            case .unrequestedExtension: "the server selected an extension that was not offered"
            case .notAWebSocketRequest: "not a WebSocket request"
            }
        }
    }

    /// 16 random bytes in base64 (§4.1).
    package static func makeKey(random: some RandomSource) throws -> String {
        Base64.encode(try random.bytes(16))
    }

    package static func request(host: String, path: String, key: String) -> HTTPHead {
        HTTPHead(
            startLine: "GET \(path) HTTP/1.1",
            fields: [
                ("Host", host), ("Upgrade", "websocket"), ("Connection", "Upgrade"),
                ("Sec-WebSocket-Key", key),
                ("Sec-WebSocket-Version", "13"), ("User-Agent", "pikachat"),
            ])
    }

    /// The checks that a client has to make (§4.1).
    package static func validate(response: HTTPHead, key: String) throws(Failure) {
        let status = response.startLine.split(separator: " ")
        guard status.count >= 2, status[0].hasPrefix("HTTP/1.1"), status[1] == "101",
            response.has("websocket", in: "Upgrade"), response.has("upgrade", in: "Connection")
        else { throw .notUpgraded(statusLine: response.startLine) }
        guard response.value("Sec-WebSocket-Accept") == acceptance(of: key) else { throw .wrongAccept }
        guard response.value("Sec-WebSocket-Extensions") ?? "" == "" else { throw .unrequestedExtension }
    }

    /// The server's response (§4.2).
    package static func response(to request: HTTPHead) throws(Failure) -> HTTPHead {
        guard request.startLine.hasPrefix("GET "), request.has("websocket", in: "Upgrade"),
            request.has("upgrade", in: "Connection"), request.value("Sec-WebSocket-Version") == "13",
            let key = request.value("Sec-WebSocket-Key"), Base64.decode(key)?.count == 16
        else { throw .notAWebSocketRequest }
        return HTTPHead(
            startLine: "HTTP/1.1 101 Switching Protocols",
            fields: [
                ("Upgrade", "websocket"), ("Connection", "Upgrade"),
                ("Sec-WebSocket-Accept", acceptance(of: key)),
            ])
    }

    static func acceptance(of key: String) -> String {
        Base64.encode(SHA1.hash(Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)))
    }
}
