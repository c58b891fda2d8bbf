import Nostr
import Testing

@testable import Mocks

@Suite("HTTPExchange — what clients really send")
struct HTTPExchangeTests {
    /// Everything that comes back until the server closes.
    private func answer(to bytes: [UInt8]) async throws -> String {
        let server = try LoopbackServer()
        await server.start { stream in
            await HTTPExchange.serve(stream, upgrade: { _, _ in }) { request in
                ServerResponse(
                    status: 200, body: Array("\(request.method) \(request.path) ".utf8) + request.body)
            }
        }
        let stream = try await SocketStream.connect(host: "127.0.0.1", port: server.port)
        try await stream.write(bytes)
        var all: [UInt8] = []
        // A connection that is reset has said what it had to say.
        while let more = try? await stream.read(maximum: 65_536), !more.isEmpty { all += more }
        await stream.close()
        await server.stop()
        return String(decoding: all, as: UTF8.self)
    }

    private func answer(to text: String) async throws -> String { try await answer(to: Array(text.utf8)) }

    @Test("chunked bodies, with extensions and trailers")
    func chunked() async throws {
        let text = try await answer(
            to:
                "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3;x=1\r\nabc\r\n0A\r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\n"
        )
        #expect(text.hasPrefix("HTTP/1.1 200 ") && text.hasSuffix("POST /a abc0123456789"), "\(text)")
    }

    @Test("HEAD is GET without the body")
    func head() async throws {
        let text = try await answer(to: "HEAD /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        #expect(text.contains("Content-Length: 7\r\n") && text.hasSuffix("\r\n\r\n"), "\(text)")
    }

    @Test("100-continue is met, nothing else is expected")
    func expectation() async throws {
        let met = try await answer(
            to:
                "POST /a HTTP/1.1\r\nHost: x\r\nExpect: 100-Continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"
        )
        #expect(met.hasPrefix("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 ") && met.hasSuffix("hi"), "\(met)")
        let other = try await answer(
            to: "POST /a HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\nContent-Length: 0\r\n\r\n")
        #expect(other.hasPrefix("HTTP/1.1 417 "), "\(other)")
    }

    @Test(
        "a line may end without its CR",
        arguments: [
            "POST /a HTTP/1.1\nHost: x\nContent-Length: 2\nConnection: close\n\nhi",
            "POST /a HTTP/1.1\r\nHost: x\nContent-Length: 2\r\nConnection: close\n\r\nhi",
            "POST /a HTTP/1.1\nHost: x\nContent-Length: 2\nConnection: close\r\n\nhi",
            "\nPOST /a HTTP/1.1\nHost: x\nTransfer-Encoding: chunked\nConnection: close\n\n2\nhi\r\n0\n\n",
        ])
    func bareLineFeeds(request: String) async throws {
        let text = try await answer(to: request)
        #expect(text.hasPrefix("HTTP/1.1 200 ") && text.hasSuffix("POST /a hi"), "\(text)")
    }

    @Test("what follows such a head belongs to the next request")
    func bareLineFeedsTwice() async throws {
        let text = try await answer(
            to: "GET /a HTTP/1.1\nHost: x\n\nGET /b HTTP/1.1\nHost: x\nConnection: close\n\n")
        #expect(text.contains("GET /a ") && text.hasSuffix("GET /b "), "\(text)")
    }

    @Test("two requests at once get two answers; HTTP/1.0 and empty lines in front are understood")
    func several() async throws {
        let text = try await answer(to: "\r\nGET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.0\r\n\r\n")
        #expect(text.contains("GET /a ") && text.hasSuffix("GET /b "), "\(text)")
    }

    @Test(
        "what is no proper request is refused in words",
        arguments: [
            ("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400),
            ("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1, 2\r\n\r\nab", 400),
            ("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400),
            ("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\na", 400),
            ("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: \r\n\r\n", 400),
            (
                "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                400
            ),
            ("POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
            ("POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400),
            ("POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", 400),
            ("POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n", 400),
            ("POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n7FFFFFFFFFFFFFFF\r\n", 413),
            ("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n", 413),
            ("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n", 413),
            ("GET /a SSH/2\r\n\r\n", 400), ("GET /a HTTP/1.1\r\n\r\n", 400),
            ("GET /a HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400),
            ("GET /a HTTP/1.1\r\nHost: x\r\nContent-Length : 1\r\n\r\na", 400), ("nonsense\r\n\r\n", 400),
            ("GET /a HTTP/1.1\r\nHost: x\r\n: x\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", 400),
            (
                "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 8\r\n\r\n",
                426
            ),
            ("\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}", 400),
        ])
    func refused(request: String, status: Int) async throws {
        let text = try await answer(to: request)
        #expect(text.hasPrefix("HTTP/1.1 \(status) ") && text.contains(#"{"error":"#), "\(text)")
    }

    @Test("a head without end is refused")
    func endless() async throws {
        let text = try await answer(
            to: "GET /a HTTP/1.1\r\nHost: x\r\nX: " + String(repeating: "x", count: HTTPHead.maximumBytes))
        #expect(text.hasPrefix("HTTP/1.1 431 "), "\(text)")
    }
}
