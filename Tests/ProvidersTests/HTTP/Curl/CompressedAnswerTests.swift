import Foundation
import Mocks
import Synchronization
import Testing
import Vocabulary

@testable import Providers

/// Zeros without end as gzip (RFC 1952): one block of fixed codes (RFC 1951 §3.2.6) with the letter 0, and then again
/// and again "258 bytes from one byte ago", which takes 13 bits.
private struct GzipBomb {
    let start: [UInt8]
    /// Eight repetitions are a whole number of bytes: 13 that become 2064.
    let more: [UInt8]

    init() {
        let block = [0, 1, 0] + [0, 0, 1, 1, 0, 0, 0, 0]
        let again = [1, 1, 0, 0, 0, 1, 0, 1] + [0, 0, 0, 0, 0]
        let bits = block + (0..<16).flatMap { _ in again }
        let bytes = stride(from: 0, to: bits.count - 7, by: 8).map { first in
            bits[first..<first + 8].reversed().reduce(UInt8(0)) { $0 << 1 | UInt8($1) }
        }
        start = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3] + bytes[..<2]
        more = Array(bytes[2..<15])
    }
}

@Suite("CurlHTTPClient — compressed answers", .timeLimit(.minutes(4)))
struct CompressedAnswerTests {
    private let client = CurlHTTPClient()

    private func request(_ method: String, _ url: String, headers: [(name: String, value: String)] = [])
        -> HTTPRequest
    {
        HTTPRequest(method, url, headers: headers, timeout: .seconds(120), purpose: "look")
    }

    @Test(
        "a gzip bomb without end is not unpacked, and not even received", arguments: ["content", "transfer"])
    func bomb(coding: String) async throws {
        let bomb = GzipBomb()
        let sent = Mutex(0)
        let server = try LoopbackServer()
        await server.start { stream in
            guard (try? await AnsweringServer.request(stream)) != nil else { return }
            let isChunked = coding == "transfer"
            let head =
                isChunked
                ? "Transfer-Encoding: gzip, chunked\r\n\r\n" : "Content-Encoding: gzip\r\n\r\n"
            var part = bomb.start
            // Ends with the client, or where it has taken what no client should take.
            guard (try? await stream.write(Array("HTTP/1.1 200 OK\r\n\(head)".utf8))) != nil else { return }
            while sent.withLock({ $0 }) < 64 << 20 {
                let chunk =
                    isChunked
                    ? Array("\(String(part.count, radix: 16))\r\n".utf8) + part + [13, 10] : part
                guard (try? await stream.write(chunk)) != nil else { return }
                sent.withLock { $0 += part.count }
                part = Array((0..<5000).map { _ in bomb.more }.joined())
            }
        }
        let failure = await #expect(throws: HTTPFailure.self) {
            try await client.send(request("GET", "http://127.0.0.1:\(server.port)/"))
        }
        #expect(failure?.cause == "the answer is compressed, which was not asked for")
        #expect(failure?.isRetryable == false)
        await server.stop()
        // What the system holds between the two is more than what was read.
        #expect(sent.withLock { $0 } < 32 << 20)
    }

    @Test("what a status says holds without its text", arguments: [401, 404, 503])
    func status(status: Int) async throws {
        let server = try await AnsweringServer(
            "HTTP/1.1 \(status) No\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\u{1f}abc")
        let response = try await client.send(request("POST", server.url()))
        #expect(response.status == status && response.text.contains("compressed"), "\(response)")
        await server.stop()
    }

    @Test(
        "every coding counts, in every spelling",
        arguments: ["GZIP", "x-gzip", "br", "identity, gzip", " deflate "])
    func codings(coding: String) async throws {
        let server = try await AnsweringServer(
            "HTTP/1.1 200 OK\r\ncontent-ENCODING: \(coding)\r\nContent-Length: 4\r\n\r\n\u{1f}abc")
        let failure = await #expect(throws: HTTPFailure.self) {
            try await client.send(request("GET", server.url()))
        }
        #expect(failure?.cause == "the answer is compressed, which was not asked for")
        await server.stop()
    }

    @Test("what is not compressed, has no body, or was asked for by hand, is an answer as it came")
    func plain() async throws {
        for (coding, method, asks) in [
            ("identity", "GET", false), ("", "GET", false), ("gzip", "HEAD", false), ("gzip", "GET", true),
        ] {
            let server = try await AnsweringServer(
                "HTTP/1.1 200 OK\r\nContent-Encoding: \(coding)\r\nContent-Length: 4\r\n\r\n"
                    + (method == "HEAD" ? "" : "\u{1f}abc"))
            let response = try await client.send(
                request(method, server.url(), headers: asks ? [(name: "Accept-Encoding", value: "gzip")] : [])
            )
            #expect(response.text == (method == "HEAD" ? "" : "\u{1f}abc"), "\(coding) \(method)")
            await server.stop()
        }
    }
}
