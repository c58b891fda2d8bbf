import Foundation
import Mocks
import Synchronization
import TestSupport
import Testing

@Suite("pikachat agent list — what could not be asked", .serialized)
struct AgentListTests {
    /// Answers every request in the same way.
    private func withServer(_ response: ServerResponse, _ body: (String) async throws -> Void) async throws {
        let server = try LoopbackServer()
        await server.start { stream in await HTTPExchange.serve(stream) { _ in response } }
        do { try await body("http://127.0.0.1:\(server.port)") } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    private func check(_ environment: [String: String], says cause: String) async throws {
        let list = try await Pikachat.run(["agent", "list"], environment: environment)
        #expect(list.status == 4, "\(list.output)\(list.error)")
        #expect(!list.output.contains("nothing is running"), "\(list.output)")
        #expect(list.error.contains("could not be asked") && list.error.contains(cause), "\(list.error)")
    }

    @Test("a refused connection is not nothing")
    func refused() async throws {
        let port = try LoopbackServer().port
        try await check(["PIKA_MICROVM_SPAWNER_URL": "http://127.0.0.1:\(port)"], says: "connection refused")
    }

    @Test("nor is a 401, nor a page")
    func noAnswer() async throws {
        try await withServer(.error(401, "unauthorized")) {
            try await check(["PIKA_FLY_API_BASE_URL": $0, "FLY_API_TOKEN": "t-12345678"], says: "401")
        }
        try await withServer(ServerResponse(status: 200, body: Array("<html>".utf8))) {
            try await check(["PIKA_MICROVM_SPAWNER_URL": $0], says: "not what was expected")
        }
    }

    @Test("a proxy that refuses to connect is named; it was asked three times")
    func proxy() async throws {
        let asked = Mutex<[String]>([])
        let proxy = try LoopbackServer()
        await proxy.start { stream in
            guard let head = try? await stream.read(maximum: 65_536) else { return }
            asked.withLock { $0.append(String(decoding: head.prefix { $0 != 0x0d }, as: UTF8.self)) }
            try? await stream.write(Array("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n".utf8))
        }
        try await check(
            [
                "PIKA_MICROVM_SPAWNER_URL": "https://spawner.example.test",
                "https_proxy": "http://127.0.0.1:\(proxy.port)",
            ], says: "the proxy refuses to connect to spawner.example.test: it answered 403")
        #expect(
            asked.withLock { $0 }
                == Array(repeating: "CONNECT spawner.example.test:443 HTTP/1.1", count: 3))
        await proxy.stop()
    }

    @Test("two providers at one address do not hide each other")
    func oneAddress() async throws {
        let server = try LoopbackServer()
        await server.start { stream in
            await HTTPExchange.serve(stream) { request in
                request.path == "/vms"
                    ? ServerResponse(status: 200, body: Array(#"[{"id":"vm-1","ip":"10.0.0.2"}]"#.utf8))
                    : .error(404, "not found")
            }
        }
        let url = "http://127.0.0.1:\(server.port)"
        let list = try await Pikachat.run(
            ["agent", "list"], environment: ["PIKA_WORKERS_BASE_URL": url, "PIKA_MICROVM_SPAWNER_URL": url])
        await server.stop()
        #expect(list.output.contains("vm-1"), "\(list.output)\(list.error)")
    }
}
