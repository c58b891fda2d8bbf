import Foundation
import Mocks
import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import Providers

@Suite("CurlHTTPClient — faults, and whether the request may have arrived")
struct TransferFaultTests {
    private func failure(
        _ url: String, method: String = "POST", timeout: Duration = .seconds(120),
        authorityFile: String? = nil
    ) async throws -> HTTPFailure {
        let request = HTTPRequest(method, url, body: Array("{}".utf8), timeout: timeout, purpose: "create")
        let failure = await #expect(throws: HTTPFailure.self) {
            try await CurlHTTPClient(authorityFile: authorityFile).send(request)
        }
        return try #require(failure)
    }

    @Test(
        "an answer that is not HTTP was an answer: nothing is repeated",
        arguments: ["SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 \r\n\r\n", "{\"id\":\"vm-1\"}", "\u{0}\u{0}"])
    func notHTTP(answer: String) async throws {
        let server = try await AnsweringServer(answer)
        let create = HTTPRequest(
            "POST", server.url("/vms"), body: Array("{}".utf8), timeout: .seconds(120), purpose: "create")
        let policy = RetryPolicy(clock: ContinuousClock())
        let failure = await #expect(throws: HTTPFailure.self) {
            try await policy.send(create, by: CurlHTTPClient())
        }
        #expect(failure?.hadNoEffect == false, "\(failure.map { "\($0)" } ?? "")")
        #expect(failure?.cause.contains("not HTTP") ?? false, "\(failure.map { "\($0)" } ?? "")")
        #expect(server.requests.count == 1)
        await server.stop()
    }

    @Test(
        "an answer that is cut is no answer, and may have been one to a request carried out",
        arguments: [
            "HTTP/1.1 200 OK\r\n", "HTTP/1.1 500 Internal Server Error\r\nContent-Type: appli",
            "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n{",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
        ])
    func cut(answer: String) async throws {
        let server = try await AnsweringServer(answer)
        let failure = try await failure(server.url())
        #expect(!failure.hadNoEffect && failure.code == .unreachable, "\(failure)")
        #expect(failure.cause.contains("127.0.0.1:\(server.port) was cut off"), "\(failure)")
        await server.stop()
    }

    @Test("an empty answer may follow a request that was carried out")
    func empty() async throws {
        let server = try await AnsweringServer("")
        let failure = try await failure(server.url())
        #expect(!failure.hadNoEffect)
        #expect(failure.cause == "127.0.0.1:\(server.port) closed the connection without an answer")
        await server.stop()
    }

    @Test("no connection: refused, or a host that nobody knows; nothing was sent")
    func unreachable() async throws {
        let port = try LoopbackServer().port
        let refused = try await failure("http://127.0.0.1:\(port)/")
        #expect(refused.hadNoEffect)
        #expect(refused.cause == "connection refused by 127.0.0.1:\(port): is it running there?")
        let unknown = try await failure("http://no-such-host.invalid/")
        #expect(unknown.hadNoEffect)
        #expect(unknown.cause == "unknown host no-such-host.invalid: check the address and the network")
    }

    @Test("a request without an answer is a timeout; a connection without TLS is one where nothing was sent")
    func timeouts() async throws {
        let server = try await AnsweringServer { _ in nil }
        let silent = try await failure(server.url(), timeout: .milliseconds(300))
        #expect(silent.reason == .timeout(.milliseconds(300)))
        let hello = try await failure("https://127.0.0.1:\(server.port)/", timeout: .milliseconds(300))
        #expect(hello.hadNoEffect)
        #expect(hello.cause == "no connection to 127.0.0.1:\(server.port) within 300ms")
        await server.stop()
    }

    @Test("cancelling ends the exchange at once, at the server too")
    func cancelled() async throws {
        let (events, continuation) = AsyncStream<String>.makeStream()
        let server = try LoopbackServer()
        await server.start { stream in
            _ = try? await stream.read(maximum: 65_536)
            continuation.yield("asked")
            // Nothing more comes before the client closes.
            _ = try? await stream.read(maximum: 1)
            continuation.yield("ended")
        }
        let client = CurlHTTPClient()
        let request = HTTPRequest(
            "GET", "http://127.0.0.1:\(server.port)/", timeout: .seconds(3600), purpose: "wait")
        let sending = Task { try await client.send(request) }
        var seen = events.makeAsyncIterator()
        #expect(await seen.next() == "asked")
        sending.cancel()
        await #expect(throws: CancellationError.self) { try await sending.value }
        #expect(await seen.next() == "ended")
        await server.stop()
    }

    @Test("plain HTTP where TLS is expected is told")
    func mixedUp() async throws {
        let server = try LoopbackServer()
        await server.start { stream in
            _ = try? await stream.read(maximum: 10)
            try? await stream.write(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8))
        }
        let failure = try await failure("https://127.0.0.1:\(server.port)/")
        #expect(failure.hadNoEffect)
        #expect(failure.cause.hasPrefix("127.0.0.1:\(server.port) does not speak TLS there"), "\(failure)")
        await server.stop()
    }

    @Test(
        "a certificate's fault is named, and nothing was sent",
        .enabled(if: TLSServer.isAvailable, "no openssl command to be the server"))
    func certificates() async throws {
        let server = try await TLSServer()
        let url = "https://localhost:\(server.port)/"
        let unknown = try await failure(url)
        #expect(unknown.hadNoEffect && unknown.code == .unreachable)
        #expect(unknown.cause.contains("signed by no authority known here"), "\(unknown)")
        #expect(unknown.cause.contains("--ca-file"), "\(unknown)")

        let look = HTTPRequest("GET", url, timeout: .seconds(120), purpose: "look")
        #expect(try await CurlHTTPClient(authorityFile: server.certificate).send(look).status == 200)

        let unreadable = try await failure(url, authorityFile: "/nowhere.pem")
        #expect(unreadable.hadNoEffect)
        #expect(unreadable.cause == "cannot read certificate authorities from /nowhere.pem (PEM expected)")

        let other = try await TLSServer(name: "DNS:other.example")
        let misnamed = try await failure(
            "https://localhost:\(other.port)/", authorityFile: other.certificate)
        #expect(misnamed.hadNoEffect && misnamed.cause.contains("is for another name"), "\(misnamed)")

        let old = try await TLSServer(isExpired: true)
        let expired = try await failure("https://localhost:\(old.port)/", authorityFile: old.certificate)
        #expect(expired.hadNoEffect && expired.cause.contains("has expired"), "\(expired)")
    }

    @Test("many at once, each with its own answer; the thread ends with the client")
    func many() async throws {
        let server = try await AnsweringServer { request in
            let path = request.split(separator: " ")[1]
            return Array("HTTP/1.1 200 OK\r\nContent-Length: \(path.utf8.count)\r\n\r\n\(path)".utf8)
        }
        let client = CurlHTTPClient()
        try await withThrowingTaskGroup { group in
            for number in 0..<60 {
                group.addTask {
                    let request = HTTPRequest(
                        number % 2 == 0 ? "GET" : "POST", server.url("/\(number)"), timeout: .seconds(120),
                        purpose: "look")
                    let answer = try await client.send(request).text
                    #expect(answer == "/\(number)")
                }
            }
            try await group.waitForAll()
        }
        await server.stop()
    }
}
