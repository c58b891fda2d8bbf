import AgentCore
import Synchronization
import Testing
import Vocabulary

@testable import Providers

/// Row by row, what docs/control-planes.md says of transport faults and statuses.
@Suite("docs/control-planes.md")
struct DocumentedRowsTests {
    private typealias Endpoint = ScriptedHTTP.Endpoint
    private typealias Answer = SequencedHTTP.Answer

    /// A request that creates, and a control plane at its best but for that one.
    struct Start: Sendable, CustomTestStringConvertible {
        let provider: String, path: String, kind: String
        let answers: [ScriptedHTTP.Endpoint: [SequencedHTTP.Answer]]
        var testDescription: String { "\(provider) \(path)" }
    }

    private static let nothing = Answer.status(200, "[]")
    static let starts = [
        Start(
            provider: "fly", path: "/volumes", kind: "volume",
            answers: [Endpoint("GET", "/volumes"): [nothing]]),
        Start(
            provider: "workers", path: "/agents", kind: "agent",
            answers: [
                Endpoint("GET", "/health"): [.status(200, #"{"ok":true}"#)],
                Endpoint("GET", "/agents/agent-00112233"): [.status(404, #"{"error":"agent not found"}"#)],
            ]),
        Start(
            provider: "microvm", path: "/vms", kind: "vm",
            answers: [
                Endpoint("GET", "/healthz"): [.status(200, #"{"ok":true}"#)],
                Endpoint("GET", "/vms"): [nothing],
            ]),
    ]

    private func scene(_ start: Start, _ answers: [SequencedHTTP.Answer]) throws -> ProviderScene {
        try ProviderScene(
            start.provider, start.answers.merging([Endpoint("POST", start.path): answers]) { $1 })
    }

    @Test(
        "a creation that was refused was not carried out: it is sent once, and the ledger has nothing",
        arguments: starts,
        [301, 302, 307, 308, 400, 401, 402, 403, 404, 409, 410, 412, 413, 422, 431, 451, 501, 505])
    func refused(start: Start, status: Int) async throws {
        let scene = try scene(start, [.status(status, #"{"error":"no"}"#)])
        let failure = try await scene.failure()
        #expect(failure.isSafeToRepeat || failure.message.contains("\(status)"), "\(failure)")
        #expect(failure.message.contains("\(status)"), "\(failure)")
        #expect(scene.http.count("POST", start.path) == 1)
        #expect(await scene.open.isEmpty)
        // Nobody was asked what is there.
        #expect(!scene.http.requests.contains { $0.hasPrefix("GET") && $0.hasSuffix(start.path) })
    }

    @Test(
        "one whose answer proves nothing is sent once, looked for, and stays in the ledger as an intent",
        arguments: starts, [300, 303, 304, 399, 408, 499, 500, 502, 503, 504, 520, 524, 530, 600])
    func unclear(start: Start, status: Int) async throws {
        let scene = try scene(start, [.status(status, "<html>", headers: ["retry-after": "0"])])
        let failure = try await scene.failure()
        #expect(!failure.isSafeToRepeat && failure.message.contains("\(status)"), "\(failure)")
        #expect(failure.hints.contains { $0.contains("may have been created anyway") }, "\(failure)")
        #expect(scene.http.count("POST", start.path) == 1)
        #expect(await scene.open == ["intent -"])
    }

    @Test(
        "2xx without a usable answer: looked for, and the ledger keeps the intent", arguments: starts,
        ["", "null", "[]", "<html>", #"{"error":"no"}"#, #"{"ID":"vm-1"}"#, #"{"id":7}"#, #"{"id":"a/b"}"#])
    func unusable(start: Start, body: String) async throws {
        let scene = try scene(start, [.status(201, body)])
        let failure = try await scene.failure()
        #expect(failure.code == .protocolError && !failure.isRetryable, "\(failure)")
        #expect(!failure.message.contains("given data"), "\(failure)")
        #expect(await scene.open == ["intent -"])
        #expect(scene.http.count("POST", start.path) == 1)
    }

    @Test("429 promises that nothing was done: the creation is sent again", arguments: starts)
    func tooMany(start: Start) async throws {
        let slow = Answer.status(429, "", headers: ["retry-after": "1"])
        let scene = try scene(start, [slow, slow, .status(422, #"{"error":"no"}"#)])
        #expect(try await scene.failure().message.contains("422"))
        #expect(scene.http.count("POST", start.path) == 3)
        #expect(await scene.open.isEmpty)
    }

    @Test(
        "what is asked or removed: a refusal is an error, at once",
        arguments: [300, 301, 302, 303, 304, 307, 308, 400, 401, 402, 403, 404, 409, 413, 422, 499, 501, 505])
    func otherRefusals(status: Int) async throws {
        for (provider, kind, id) in [
            ("fly", "machine", "m1"), ("fly", "volume", "vol_1"), ("microvm", "vm", "vm-1"),
        ] {
            let path = "/\(kind)s/\(id)"
            let answer = [Answer.status(status, #"{"error":"no"}"#)]
            let scene = try ProviderScene(
                provider, [Endpoint("GET", path): answer, Endpoint("DELETE", path): answer])
            let resource = ProviderResource(kind: kind, id: id)
            await #expect(throws: HTTPFailure.self) { try await scene.provider.inspect(resource) }
            #expect(scene.http.count("GET", path) == 1)
            let error = await #expect(throws: ProviderError.self) {
                try await scene.provider.remove(resource)
            }
            #expect(error?.failure.code == .leak && scene.http.count("DELETE", path) == 1, "\(path)")
        }
        let worker = try ProviderScene(
            "workers", [Endpoint("GET", "/agents/a-1"): [.status(status, #"{"error":"no"}"#)]])
        await #expect(throws: HTTPFailure.self) {
            try await worker.provider.inspect(ProviderResource(kind: "agent", id: "a-1"))
        }
        #expect(worker.http.requests.count == 1)
    }

    /// Fails in one way each time, and counts.
    private final class Failing: HTTPClient {
        private let reason: HTTPFailure.Reason
        private let asked = Mutex(0)
        var count: Int { asked.withLock { $0 } }

        init(_ reason: HTTPFailure.Reason) { self.reason = reason }

        func send(_ request: HTTPRequest) async throws -> HTTPResponse {
            asked.withLock { $0 += 1 }
            throw HTTPFailure(request, reason)
        }
    }

    static let faults: [(reason: HTTPFailure.Reason, creations: Int, others: Int)] = [
        (.transport("refused", mayHaveArrived: false), 3, 3),
        (.transport("reset", mayHaveArrived: true), 1, 3),
        (.timeout(.seconds(30)), 1, 1), (.unusable("too large", body: ""), 1, 1),
    ]

    @Test(
        "how often a request is sent that gets no answer", arguments: faults.indices,
        ["POST", "PATCH", "GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
    func tries(row: Int, method: String) async throws {
        let (reason, creations, others) = Self.faults[row]
        let http = Failing(reason)
        let request = HTTPRequest(method, "http://127.0.0.1:1/x", timeout: .seconds(30), purpose: "test")
        let failure = await #expect(throws: HTTPFailure.self) {
            try await RetryPolicy(clock: ImpatientClock(pauses: 10), jitter: { 0 }).send(request, by: http)
        }
        #expect(failure?.reason == reason)
        #expect(http.count == (["POST", "PATCH"].contains(method) ? creations : others))
    }

    @Test("states of Fly's that are gone", arguments: ["destroyed", "destroying", "pending_destroy"])
    func leaving(state: String) async throws {
        let rows = #"[{"id":"m1","state":"\#(state)","config":{"metadata":{"pika_agent":"00112233"}}}]"#
        let scene = try ProviderScene(
            "fly",
            [
                Endpoint("GET", "/machines"): [.status(200, rows)],
                Endpoint("GET", "/machines/m1"): [.status(200, #"{"id":"m1","state":"\#(state)"}"#)],
            ])
        #expect(try await scene.provider.inspect(ProviderResource(kind: "machine", id: "m1")) == nil)
        #expect(try await scene.provider.list()?.isEmpty == true)
        let recorder = ResourceRecorder(
            ledger: scene.ledger, provider: "fly", url: scene.provider.controlPlane, suffix: "00112233")
        try await recorder.willCreate("machine", marks: [:], within: .seconds(60))
        let intent = try #require(await scene.ledger.open.first)
        #expect(try await scene.provider.findLeftovers(of: intent, known: []).isEmpty)
    }
}
