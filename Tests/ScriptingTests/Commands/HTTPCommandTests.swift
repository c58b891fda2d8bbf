import Foundation
import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import Scripting

@Suite("http", .timeLimit(.minutes(4)))
struct HTTPCommandTests {
    /// Answers in order, the last one for ever, and keeps what was asked.
    private final class Server: Sendable {
        private let answers: [Result<ScriptHTTPResponse, Failure>]
        private let asked = Mutex<[ScriptHTTPRequest]>([])

        init(_ answers: [Result<ScriptHTTPResponse, Failure>]) { self.answers = answers }
        convenience init(
            _ statuses: Int..., text: String = "", headers: [String: String] = [:]
        ) {
            self.init(
                statuses.map { .success(ScriptHTTPResponse(status: $0, headers: headers, text: text)) })
        }

        var requests: [ScriptHTTPRequest] { asked.withLock { $0 } }

        func answer(_ request: ScriptHTTPRequest) throws -> ScriptHTTPResponse {
            let number = asked.withLock { asked in
                asked.append(request)
                return asked.count - 1
            }
            return try answers[min(number, answers.count - 1)].get()
        }

        func run(_ text: String, inputs: Inputs = Inputs()) async throws -> ScriptRun {
            try await ScriptRun.make(text, host: FakeHost { try self.answer($0) }, inputs: inputs)
        }
    }

    @Test("what is sent")
    func request() async throws {
        let server = Server(200)
        let file = TemporaryDirectory()
        try "from a file".write(toFile: file.file("body"), atomically: true, encoding: .utf8)
        let run = try await server.run(
            """
            http get http://h/x
            http Post HTTPS://h/y header="A:  one: two " header="B: \\t" body="hi = there" timeout=5s
            let host=http://h
            http put $host/z body-file=\(file.file("body"))
            """)
        #expect(run.failure == nil, "\(run.failure?.message ?? "")")
        let requests = server.requests
        try #require(requests.count == 3)
        #expect(requests.map(\.method) == ["GET", "POST", "PUT"])
        #expect(requests.map(\.url) == ["http://h/x", "HTTPS://h/y", "http://h/z"])
        #expect(requests.map(\.body) == [nil, "hi = there", "from a file"])
        #expect(requests.map(\.timeout) == [.seconds(30), .seconds(5), .seconds(30)])
        #expect(requests[1].headers.map { "\($0.name)=\($0.value)" } == ["A=one: two", "B="])
    }

    @Test("what comes back")
    func result() async throws {
        let server = Server(201, text: "{\"id\":\"vm-1\",\"n\":1.50}", headers: ["content-type": "text/x"])
        let run = try await server.run(
            "http get http://h as=r\necho $r.status $r.json.id $r.json.n ${r.headers.content-type} $r.text")
        #expect(run.printed == ["201 vm-1 1.50 text/x {\"id\":\"vm-1\",\"n\":1.50}"], "\(run.printed)")
    }

    @Test(
        "which statuses are right, and what the others mean",
        arguments: [
            (200, "", nil), (299, "", nil), (204, "status=204", nil), (404, "status=404", nil),
            (500, "status=500", nil),
            (199, "", "protocol"), (300, "", "protocol"), (400, "", "protocol"), (401, "", "auth"),
            (403, "", "auth"),
            (402, "", "quota"), (404, "", "unreachable"), (408, "", "unreachable"), (425, "", "unreachable"),
            (429, "", "unreachable"), (500, "", "unreachable"), (503, "", "unreachable"),
            (409, "", "protocol"),
            (200, "status=204", "protocol"), (404, "status=200", "unreachable"), (401, "status=200", "auth"),
        ] as [(Int, String, String?)])
    func statuses(status: Int, words: String, code: String?) async throws {
        let run = try await Server(status).run("http get http://h/x \(words)")
        #expect(run.failure?.code.name == code, "\(run.failure?.message ?? "")")
        if code != nil {
            let instead = words.isEmpty ? "" : " instead of \(words.dropFirst(7))"
            #expect(run.failure?.message == "GET http://h/x answered \(status)\(instead)")
        }
    }

    @Test(
        "within= waits for what may still come: not for credentials, not for a wrong request",
        arguments: [
            (503, "", true), (404, "", true), (429, "", true), (400, "", false), (401, "", false),
            (402, "", false),
            (200, "status=204", true), (400, "status=204", true), (401, "status=204", false),
            (402, "status=204", false),
            (403, "status=204", false),
        ])
    func retries(status: Int, words: String, isRetried: Bool) async throws {
        let server = Server(status, 204)
        let run = try await server.run("http get http://h within=30s every=1ms \(words)")
        #expect(server.requests.count == (isRetried ? 2 : 1) && (run.failure == nil) == isRetried)
    }

    @Test(
        "what creates is sent again only when nothing was sent, or with an idempotency key",
        arguments: [
            ("post", "", false), ("POST", "", false), ("patch", "", false), ("put", "", true),
            ("delete", "", true),
            ("head", "", true), ("post", "header=\"idempotency-KEY: 7\"", true),
            ("post", "header=\"X: 7\"", false),
        ])
    func repeated(method: String, words: String, isRetried: Bool) async throws {
        let server = Server(503, 200)
        let run = try await server.run("http \(method) http://h within=30s every=1ms \(words)")
        #expect(server.requests.count == (isRetried ? 2 : 1) && (run.failure == nil) == isRetried)
        let refused = Server([
            .failure(Failure(.unreachable, "refused", isSafeToRepeat: true)),
            .success(ScriptHTTPResponse(status: 200, headers: [:], text: "")),
        ])
        #expect(try await refused.run("http \(method) http://h within=30s every=1ms \(words)").failure == nil)
    }

    @Test("a body is quoted up to its 300th character, and masked before it is cut")
    func quoted() async throws {
        let long = String(repeating: "x", count: 295)
        let run = try await Server(500, text: long + "sesame-open-and-more").run(
            "env TOKEN secret\nhttp get http://h as=r",
            inputs: Inputs(sets: ["TOKEN": "sesame-open-and-more"]))
        #expect(run.failure?.message == "GET http://h answered 500: \(long)‹reda…")
        #expect(run.failure?.isRetryable ?? false)
        let short = try await Server(500, text: "why").run(
            "try http get http://h as=r\necho $r.text $r.status")
        #expect(short.printed == ["why 500"])
    }

    @Test(
        "what would forge a request is refused",
        arguments: [
            ("http get $v", "ftp://h"), ("http get $v", "file:///etc/passwd"), ("http get $v", " http://h"),
            ("http get http://h header=$v", "A: b\r\nC: d"), ("http get http://h header=$v", "A: b\nC: d"),
            ("http get http://h header=$v", "A b: c"), ("http get http://h header=$v", "nocolon"),
            ("http get http://h header=$v", ": x"), ("http get http://h header=$v", "Ä: x"),
            ("http get http://h header=$v", "A: \u{7f}"), ("http get http://h header=$v", "A\n: x"),
        ])
    func forged(line: String, value: String) async throws {
        let server = Server(200)
        let run = try await server.run("env V\nlet v=$V\n\(line)", inputs: Inputs(sets: ["V": value]))
        #expect(run.failure?.code == .usage && server.requests.isEmpty, "\(run.failure?.message ?? "")")
    }

    @Test("a body file must be readable text; body= beside it is refused")
    func bodyFiles() async throws {
        let directory = TemporaryDirectory()
        let server = Server(200)
        try Data([0xff, 0xfe]).write(to: URL(filePath: directory.file("binary")))
        for path in [directory.file("none"), directory.file("binary"), directory.path] {
            let run = try await server.run("http put http://h body-file=\(path)")
            #expect(run.failure?.code == .require && server.requests.isEmpty)
        }
        #expect(
            ScriptRun.problems("http put http://h body=a body-file=b").contains { $0.contains("not both") })
        #expect(ScriptRun.problems("http get http://h x").contains { $0.contains("takes one address") })
        #expect(ScriptRun.problems("http get").contains { $0.contains("takes one address") })
        #expect(
            ScriptRun.problems("http get h$mock").contains { $0.contains("not an http address") } == false)
        #expect(ScriptRun.problems("http get x$mock").contains { $0.contains("not an http address") })
    }
}
