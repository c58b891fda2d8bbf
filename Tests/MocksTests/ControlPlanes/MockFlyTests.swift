import Providers
import Synchronization
import Testing

@testable import Mocks

@Suite("MockFly")
struct MockFlyTests {
    /// A negative or enormous timeout once trapped while the polls were counted.
    @Test(
        "keeps a wait's timeout within what Fly allows",
        arguments: [
            (nil, 60), ("5", 5), ("-1", 0), ("9223372036854775807", 60), ("99999999999999999999", 60),
            ("x", 60),
        ] as [(String?, Int)])
    func waitTimeout(timeout: String?, seconds: Int) {
        #expect(MockFly.waitSeconds(timeout) == seconds)
    }

    @Test("an app that does not exist is said to be unknown, whatever is asked of it")
    func unknownApp() async throws {
        let fly = try MockFly(app: "mine", relays: [], faults: Faults(), template: { AgentTemplate() })
        await fly.start()
        let client = CurlHTTPClient()
        for (method, path) in [("GET", "/machines"), ("DELETE", "/volumes/vol_1"), ("GET", "/machines/m1")] {
            func ask(_ app: String) async throws -> HTTPResponse {
                try await client.send(
                    HTTPRequest(
                        method, "\(fly.url)/v1/apps/\(app)\(path)", headers: [("Authorization", "Bearer t")],
                        timeout: .seconds(10), purpose: "test"))
            }
            let other = try await ask("other")
            #expect(other.status == 404 && other.text == #"{"error":"App not found"}"#)
            #expect(!(try await ask("mine").text.contains("App not found")))
        }
        await fly.stop()
    }

    /// Three creations at once, and a look at a machine is another action.
    @Test("limits the rate of each action by itself")
    func rateLimit() async throws {
        let uptime = Mutex(Duration.zero)
        let fly = try MockFly(
            relays: [], faults: Faults(), template: { AgentTemplate() }, uptime: { uptime.withLock { $0 } })
        await fly.start()
        let client = CurlHTTPClient()
        func create() async throws -> HTTPResponse {
            try await client.send(
                HTTPRequest(
                    "POST", "\(fly.url)/v1/apps/a/volumes", headers: [("Authorization", "Bearer t")],
                    body: Array(#"{"name":"v","region":"iad","size_gb":1}"#.utf8), timeout: .seconds(10),
                    purpose: "test"))
        }
        for _ in 0..<3 { #expect(try await create().status == 200) }
        let refused = try await create()
        #expect(refused.status == 429 && refused.headers["retry-after"] == "1")
        #expect(refused.text.contains("rate limit exceeded"))
        let look = try await client.send(
            HTTPRequest(
                "GET", "\(fly.url)/v1/apps/a/volumes", headers: [("Authorization", "Bearer t")],
                timeout: .seconds(10), purpose: "test"))
        #expect(look.status == 200)
        uptime.withLock { $0 = .seconds(1) }
        #expect(try await create().status == 200)
        #expect(await fly.volumeIDs.count == 4)
        await fly.stop()
    }
}
