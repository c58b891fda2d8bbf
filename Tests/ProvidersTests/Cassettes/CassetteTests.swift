import Foundation
import TestSupport
import Testing
import Vocabulary

@testable import Providers

@Suite("cassettes", .timeLimit(.minutes(4)))
struct CassetteTests {
    private let directory = TemporaryDirectory()
    private let masking = Masking()

    /// Answers in order.
    private actor Server: HTTPClient {
        private var answers: [Result<HTTPResponse, HTTPFailure>]
        private(set) var requests: [HTTPRequest] = []

        init(_ answers: [(Int, String)]) {
            self.answers = answers.map {
                .success(
                    HTTPResponse(
                        status: $0.0, headers: ["content-type": "application/json", "date": "today"],
                        body: Array($0.1.utf8)))
            }
        }

        func send(_ request: HTTPRequest) async throws -> HTTPResponse {
            requests.append(request)
            guard !answers.isEmpty else {
                throw HTTPFailure(request, .transport("nobody is there", mayHaveArrived: false))
            }
            return try answers.removeFirst().get()
        }
    }

    private static func request(_ method: String, _ path: String, _ body: String? = nil) -> HTTPRequest {
        HTTPRequest(
            method, "http://127.0.0.1:1" + path, body: body.map { Array($0.utf8) }, timeout: .seconds(1),
            purpose: "try")
    }

    private static let key = String(repeating: "ab", count: 32)
    private static let other = String(repeating: "cd", count: 32)

    /// Records these exchanges, and reads the cassette again.
    private func recorded(_ requests: [HTTPRequest], _ answers: [(Int, String)]) async throws -> Cassette {
        let writer = CassetteWriter(masking: masking, began: 0)
        let client = RecordingHTTPClient(inner: Server(answers), writer: writer, clock: ContinuousClock())
        for request in requests { _ = try? await client.send(request) }
        try await writer.write(to: directory.file("c"), script: "a.pika", values: [("P", "fly")])
        return try Cassette(folder: directory.file("c"))
    }

    private var text: String {
        ["cassette.json", "control-plane.ndjson", "relay.ndjson"].map {
            (try? String(contentsOfFile: directory.file("c/\($0)"), encoding: .utf8)) ?? ""
        }.joined()
    }

    @Test("what was recorded is played, byte for byte, to requests of the same shape")
    func played() async throws {
        let cassette = try await recorded(
            [
                Self.request("POST", "/vms", #"{"cpu":1,"files":["a"]}"#),
                Self.request("GET", "/vms/vm-1?x=1"),
            ],
            [(201, #"{"id":"vm-1",  "n":1.50}"#), (404, "nothing")])
        let tape = CassetteTape(cassette, name: "c")
        let client = ReplayingHTTPClient(inner: Server([]), tape: tape) { _ in false }
        let made = try await client.send(Self.request("POST", "/vms", #"{"files":["x","y"],"cpu":7}"#))
        #expect(made.status == 201 && made.text == #"{"id":"vm-1",  "n":1.50}"#)
        #expect(made.headers == ["content-type": "application/json"])
        // How often somebody looks depends on time.
        for _ in 0..<3 { #expect(try await client.send(Self.request("GET", "/vms/vm-1?x=1")).status == 404) }
    }

    @Test("keys, ids of the client and secrets are placeholders; in a replay they are this run's")
    func placeholders() async throws {
        masking.add("hunter22")
        let cassette = try await recorded(
            [
                Self.request(
                    "POST", "/agents", #"{"id":"agent-1","env":{"KEY":"\#(Self.key)","TOKEN":"hunter22"}}"#),
                Self.request("GET", "/agents/agent-1"),
            ],
            [
                (
                    200,
                    #"{"id":"agent-1","owner":"\#(Self.key)","bot":"\#(Self.other)","ssh_private_key":"-----BEGIN"}"#
                ),
                (200, #"{"id":"agent-1"}"#),
            ])
        for secret in [Self.key, Self.other, "hunter22", "agent-1", "BEGIN"] {
            #expect(!text.contains(secret), "\(secret)")
        }
        let (mine, theirs) = (String(repeating: "01", count: 32), String(repeating: "02", count: 32))
        let live = Server([(200, #"{"id":"live-7","bot":"\#(theirs)"}"#)])
        let client = ReplayingHTTPClient(inner: live, tape: CassetteTape(cassette, name: "c")) { _ in true }
        let made = try await client.send(
            Self.request("POST", "/agents", #"{"id":"agent-2","env":{"KEY":"\#(mine)","TOKEN":"x"}}"#))
        #expect(made.text.contains(#""id":"agent-2","owner":"\#(mine)","bot":"\#(theirs)""#), "\(made.text)")
        #expect(try await client.send(Self.request("GET", "/agents/agent-2")).text == #"{"id":"agent-2"}"#)
        // What was looked at was not sent on; what was made, was.
        #expect(await live.requests.map(\.method) == ["POST"])
    }

    @Test("ids that the server gives are the recorded ones, and the mock's towards the mock")
    func serverIDs() async throws {
        let cassette = try await recorded(
            [Self.request("POST", "/vms", "{}"), Self.request("DELETE", "/vms/vm-old1")],
            [(200, #"{"id":"vm-old1"}"#), (204, "")])
        let live = Server([(200, #"{"id":"vm-new9"}"#), (204, "")])
        let client = ReplayingHTTPClient(inner: live, tape: CassetteTape(cassette, name: "c")) { _ in true }
        #expect(try await client.send(Self.request("POST", "/vms", "{}")).text == #"{"id":"vm-old1"}"#)
        _ = try await client.send(Self.request("DELETE", "/vms/vm-old1"))
        #expect(await live.requests.map(\.url).last == "http://127.0.0.1:1/vms/vm-new9")
    }

    @Test("a failure without an answer is one again")
    func failed() async throws {
        let cassette = try await recorded([Self.request("GET", "/x")], [])
        let client = ReplayingHTTPClient(inner: Server([]), tape: CassetteTape(cassette, name: "c")) { _ in
            false
        }
        let failure = await #expect(throws: HTTPFailure.self) {
            try await client.send(Self.request("GET", "/x"))
        }
        #expect(failure?.code == .unreachable)
    }

    @Test("a request that was not recorded fails, with the nearest and what differs")
    func unrecorded() async throws {
        let cassette = try await recorded(
            [Self.request("POST", "/vms", #"{"cpu":1,"old":{"a":1}}"#), Self.request("GET", "/healthz")],
            [(200, "{}"), (200, "")])
        func failure(_ method: String, _ path: String, _ body: String?) async throws -> Failure? {
            let tape = CassetteTape(cassette, name: "c")
            return await #expect(throws: Failure.self) { try await tape.exchange(for: method, path, body) }
        }
        let shape = try await failure("POST", "/vms", #"{"cpu":1,"new":2}"#)
        #expect(
            shape?.code == .mismatch && shape?.hints.contains("- old") ?? false
                && shape?.hints.contains("+ new") ?? false)
        let path = try await failure("GET", "/health", nil)
        #expect(path?.hints.first == "nearest: GET /healthz (number 2)")
        let tape = CassetteTape(cassette, name: "c")
        _ = try await tape.exchange(for: "POST", "/vms", #"{"cpu":1,"old":{"a":1}}"#)
        let again = await #expect(throws: Failure.self) {
            try await tape.exchange(for: "POST", "/vms", #"{"cpu":1,"old":{"a":1}}"#)
        }
        #expect(again?.message.contains("more often than it was recorded") ?? false)
    }

    @Test("one that was cut short, changed, of another version, or is none")
    func broken() async throws {
        _ = try await recorded(
            [Self.request("GET", "/a"), Self.request("GET", "/b")], [(200, "a"), (200, "b")])
        let path = directory.file("c")
        func message() -> String {
            (#expect(throws: Failure.self) { try Cassette(folder: path) })?.message ?? ""
        }
        let whole = try String(contentsOfFile: path + "/control-plane.ndjson", encoding: .utf8)
        try String(whole.split(separator: "\n")[0] + "\n").write(
            toFile: path + "/control-plane.ndjson", atomically: true, encoding: .utf8)
        #expect(message().contains("1 lines instead of 2"))
        try String(whole.dropLast(10)).write(
            toFile: path + "/control-plane.ndjson", atomically: true, encoding: .utf8)
        #expect(message().contains("control-plane.ndjson:2: this line is none of a cassette"))
        try #"{"version":9,"script":"a","values":{},"exchanges":0,"relayEvents":0}"#.write(
            toFile: path + "/cassette.json", atomically: true, encoding: .utf8)
        #expect(message().contains("version 9"))
        try "{".write(toFile: path + "/cassette.json", atomically: true, encoding: .utf8)
        #expect(message().contains("this is no cassette"))
        #expect(throws: Failure.self) { try Cassette(folder: directory.file("missing")) }
    }

    @Test("folders are names, whatever the script and the values are")
    func folders() {
        #expect(
            Cassette.folder(in: "d", script: "x/a b.pika", values: [("P", "../x")]).hasPrefix("d/a_b,P=.._x-")
        )
    }

    @Test("values that look alike as names of folders have folders of their own")
    func distinctFolders() {
        let values = ["a/b", "a_b", "../../esc", "a:b", "a=b"]
        let folders = values.map { Cassette.folder(in: "d", script: "m.pika", values: [("U", $0)]) }
        #expect(Set(folders).count == values.count)
        #expect(folders.allSatisfy { $0.hasPrefix("d/m,U=") && !$0.dropFirst(2).contains("/") })
        #expect(folders[1] == "d/m,U=a_b")
    }
}
