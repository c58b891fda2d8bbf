import Foundation
import Mocks
import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import Providers

@Suite("CurlHTTPClient — requests and answers")
struct CurlHTTPClientTests {
    private let client = CurlHTTPClient()

    private func request(
        _ method: String, _ url: String, body: String? = nil, headers: [(String, String)] = []
    ) -> HTTPRequest {
        HTTPRequest(
            method, url, headers: headers.map { (name: $0.0, value: $0.1) },
            body: body.map { Array($0.utf8) },
            timeout: .seconds(120), purpose: "look")
    }

    /// On a connection that had been used before, libcurl sends it twice.
    @Test("what creates something is sent once, also when the server closes without an answer")
    func once() async throws {
        let seen = Mutex<[String]>([])
        let server = try LoopbackServer()
        await server.start { stream in
            await HTTPExchange.serve(stream) { request in
                seen.withLock { $0.append(request.method) }
                return request.method == "POST" ? nil : ServerResponse(status: 200)
            }
        }
        let url = "http://127.0.0.1:\(server.port)/vms"
        #expect(try await client.send(request("GET", url)).status == 200)
        let failure = await #expect(throws: HTTPFailure.self) {
            try await client.send(request("POST", url, body: "{}"))
        }
        #expect(failure?.hadNoEffect == false)
        #expect(failure?.cause.contains("without an answer") ?? false, "\(failure.map { "\($0)" } ?? "")")
        #expect(seen.withLock { $0 } == ["GET", "POST"])
        await server.stop()
    }

    @Test("idempotent requests share a connection")
    func shared() async throws {
        let connections = Mutex(0)
        let server = try LoopbackServer()
        await server.start { stream in
            connections.withLock { $0 += 1 }
            await HTTPExchange.serve(stream) { _ in ServerResponse(status: 200) }
        }
        for method in ["GET", "DELETE", "GET"] {
            _ = try await client.send(request(method, "http://127.0.0.1:\(server.port)/"))
        }
        #expect(connections.withLock { $0 } == 1)
        await server.stop()
    }

    @Test("sends method, path, headers and body as given, and no Expect and no invented type")
    func sent() async throws {
        let server = try await AnsweringServer("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")
        let body = String(repeating: "x", count: 2 << 20)
        _ = try await client.send(
            request(
                "POST", server.url("/a/../b?c=%20"), body: body, headers: [("X-One", "1"), ("X-None", "")]))
        _ = try await client.send(request("PATCH", server.url("/ü"), headers: [("User-Agent", "me")]))
        let (first, second) = (server.requests[0], server.requests[1])
        #expect(first.hasPrefix("POST /a/../b?c=%20 HTTP/1.1\r\n"))
        #expect(first.hasSuffix("\r\n\r\n" + body))
        let head = first.components(separatedBy: "\r\n\r\n")[0]
        #expect(head.contains("\r\nX-One: 1\r\n") && head.contains("\r\nX-None:"), "\(head)")
        #expect(head.contains("User-Agent: pikachat") && !head.contains("Expect"), "\(head)")
        #expect(!head.contains("Content-Type") && !head.contains("Accept-Encoding"), "\(head)")
        #expect(
            second.hasPrefix("PATCH /%C3%BC HTTP/1.1\r\n") && second.contains("Content-Length: 0"),
            "\(second)")
        #expect(second.contains("User-Agent: me"))
        await server.stop()
    }

    @Test(
        "unusual answers are answers",
        arguments: [
            ("HTTP/1.1 200 OK\r\nX-A:1\r\nX-B:  2 \r\nContent-Length: 2\r\n\r\nhi", 200, "hi"),
            ("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer\r\nX-A: 1\r\nX-B: 2\r\n\r\n", 401, ""),
            ("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nX-A: 1\r\nX-B: 2\r\n\r\n", 302, ""),
            ("HTTP/1.0 200\r\nX-A: 1\r\nX-B: 2\r\n\r\nuntil the end", 200, "until the end"),
            (
                "HTTP/1.1 200 OK\r\nX-A: 1\r\nX-B: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-A: trailer\r\n\r\n",
                200, "hi"
            ),
            (
                "HTTP/1.1 100 Continue\r\nX-A: no\r\n\r\nHTTP/1.1 200 OK\r\nX-A: 1\r\nX-B: 2\r\nContent-Length: 2\r\n\r\nhi",
                200, "hi"
            ),
        ])
    func unusual(answer: String, status: Int, body: String) async throws {
        let server = try await AnsweringServer(answer)
        let response = try await client.send(request("GET", server.url()))
        #expect(response.status == status && response.text == body)
        #expect(response.headers["x-a"] == "1" && response.headers["x-b"] == "2", "\(response.headers)")
        await server.stop()
    }

    @Test("header values in Latin-1, in UTF-8, twice, and over several lines")
    func headers() async throws {
        let server = try await AnsweringServer { _ in
            Array("HTTP/1.1 200 Schön\r\nX-U: ü\r\nX-L: ".utf8) + [0xfc]
                + Array("\r\nX-T: 1\r\nX-T: 2\r\nX-F: a\r\n b\r\nContent-Length: 0\r\n\r\n".utf8)
        }
        let headers = try await client.send(request("GET", server.url())).headers
        #expect(headers["x-u"] == "ü" && headers["x-l"] == "ü", "\(headers)")
        #expect(headers["x-t"] == "1, 2" && headers["x-f"] == "a b", "\(headers)")
        await server.stop()
    }

    @Test("HEAD has no body to wait for")
    func head() async throws {
        let server = try await AnsweringServer("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n")
        #expect(try await client.send(request("HEAD", server.url())).body.isEmpty)
        await server.stop()
    }

    @Test("IPv6 literals")
    func literal() async throws {
        let failure = await #expect(throws: HTTPFailure.self) {
            try await client.send(request("GET", "http://[::1]:1/"))
        }
        #expect(
            failure?.hadNoEffect == true && failure?.cause.contains("[::1]:1") ?? false,
            "\(failure.map { "\($0)" } ?? "")")
    }

    @Test(
        "what must not be sent is refused before, without what it contains",
        arguments: [
            ("GET", "ftp://127.0.0.1/", "A", "b"), ("GET", "file:///etc/passwd", "A", "b"),
            ("GET", "http://127.0.0.1/a b", "A", "b"), ("GE T", "http://127.0.0.1:1/", "A", "b"),
            ("GET", "http://127.0.0.1:1/", "A\r\nB", "secret"), ("GET", "http://127.0.0.1:1/", "", "secret"),
            ("GET", "http://127.0.0.1:1/", "A", "secret\r\nB: c"),
            ("GET", "http://127.0.0.1:1/", "A", "secret\u{0}"),
            ("GET", "http://127.0.0.1:1/", "Content-Length", "5"),
            ("GET", "http://127.0.0.1:1/", "transfer-encoding", "chunked"),
        ])
    func refused(method: String, url: String, name: String, value: String) async throws {
        let failure = await #expect(throws: HTTPFailure.self) {
            try await client.send(request(method, url, headers: [(name, value)]))
        }
        #expect(failure?.hadNoEffect == true)
        let shown = failure?.cause ?? ""
        #expect(!shown.contains("secret") && !shown.contains("refused"), "\(shown)")
    }

    @Test("a body over 8 MiB ends the exchange where the limit is, and one of exactly that size is taken")
    func large() async throws {
        let limit = HTTPRequest.usualAnswerLimitBytes
        for (extra, isTaken) in [(0, true), (1, false)] {
            let server = try await AnsweringServer { _ in
                Array("HTTP/1.1 200 OK\r\n\r\n".utf8) + [UInt8](repeating: 0x61, count: limit + extra)
            }
            if isTaken {
                #expect(try await client.send(request("GET", server.url())).body.count == limit)
            } else {
                let failure = await #expect(throws: HTTPFailure.self) {
                    try await client.send(request("GET", server.url()))
                }
                #expect(failure?.cause == "the answer is larger than 8 MiB")
            }
            await server.stop()
        }
    }

    @Test("a line without end is too long")
    func longLine() async throws {
        let server = try await AnsweringServer { _ in
            Array(("HTTP/1.1 200 OK\r\nX-Long: " + String(repeating: "v", count: 150_000)).utf8)
        }
        let failure = await #expect(throws: HTTPFailure.self) {
            try await client.send(request("POST", server.url()))
        }
        #expect(
            failure?.cause.contains("a line in the head of the answer") ?? false, "\(failure?.cause ?? "")")
        #expect(failure?.hadNoEffect == false)
        await server.stop()
    }

    @Test(
        "a head without end is not read to it",
        arguments: [
            ("HTTP/1.1 200 OK\r\n", ""), ("HTTP/1.1 100 Continue\r\n", ""),
            ("", "HTTP/1.1 103 Early Hints\r\n"),
        ])
    func longHead(start: String, each: String) async throws {
        let server = try await AnsweringServer { _ in
            let field = "X-Field: \(String(repeating: "v", count: 1000))\r\n"
            let part = each.isEmpty ? field : each + field + "\r\n"
            return Array((start + String(repeating: part, count: 400)).utf8)
        }
        let failure = await #expect(throws: HTTPFailure.self) {
            try await client.send(request("GET", server.url()))
        }
        #expect(failure?.cause.contains("256 KiB") ?? false, "\(failure.map { "\($0)" } ?? "")")
        await server.stop()
    }
}
