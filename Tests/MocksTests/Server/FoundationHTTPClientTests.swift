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
        #expect(failure?.surelyDidNothing == false)
        #expect(seen.withLock { $0 } == ["GET", "POST"])
        await server.stop()
    }
}
