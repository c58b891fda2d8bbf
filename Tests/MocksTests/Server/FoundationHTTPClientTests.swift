import Providers
import Synchronization
import Testing

@testable import Mocks

/// Against a server of ours, because what matters is what arrives there.
@Suite("FoundationHTTPClient")
struct FoundationHTTPClientTests {
    /// On a connection that had been used before, libcurl sent it twice.
    @Test("sends what creates something once, also when the server closes without an answer")
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
        let client = FoundationHTTPClient()
        let look = HTTPRequest("GET", url, timeout: .seconds(20), purpose: "look")
        #expect(try await client.send(look).status == 200)
        let create = HTTPRequest(
            "POST", url, body: Array("{}".utf8), timeout: .seconds(20), purpose: "create")
        let failure = await #expect(throws: HTTPFailure.self) { try await client.send(create) }
        #expect(failure?.hadNoEffect == false)
        #expect(seen.withLock { $0 } == ["GET", "POST"])
        await server.stop()
    }

    @Test(
        "an answer that is not HTTP was an answer: nothing is repeated",
        arguments: ["SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 \r\n\r\n", "{\"id\":\"vm-1\"}", "\u{0}\u{0}"])
    func notHTTP(answer: String) async throws {
        let seen = Mutex(0)
        let server = try LoopbackServer()
        await server.start { stream in
            do {
                _ = try await stream.read(maximum: 65_536)
                seen.withLock { $0 += 1 }
                try await stream.write(Array(answer.utf8))
            } catch {
                // The client went away; what counts was counted.
            }
        }
        let create = HTTPRequest(
            "POST", "http://127.0.0.1:\(server.port)/vms", body: Array("{}".utf8), timeout: .seconds(20),
            purpose: "create")
        let policy = RetryPolicy(clock: ContinuousClock())
        let failure = await #expect(throws: HTTPFailure.self) {
            try await policy.send(create, by: FoundationHTTPClient())
        }
        #expect(failure?.hadNoEffect == false, "\(failure.map { "\($0)" } ?? "")")
        #expect(failure?.cause.contains("not HTTP") ?? false, "\(failure.map { "\($0)" } ?? "")")
        #expect(seen.withLock { $0 } == 1)
        await server.stop()
    }
}
