import Cryptography
import Foundation
import Nostr
import TestSupport
import Testing
import Vocabulary

@Suite("pikachat mock relay")
struct MockRelayTests {
    /// The port in `ready ws://127.0.0.1:N`.
    private func port(of program: RunningProgram) async throws -> UInt16 {
        #expect(await program.waitFor("ready ws://127.0.0.1:"))
        #expect(await program.waitFor("\n"))
        let digits = program.outputSoFar.split(separator: ":").last.map {
            $0.trimmingCharacters(in: .newlines)
        }
        return try #require(digits.flatMap(UInt16.init))
    }

    /// The first messages that a client gets which publishes something unsigned and asks for everything.
    private func messages(_ port: UInt16, _ count: Int) async throws -> [String] {
        try await withDeadline(.seconds(60), clock: ContinuousClock()) {
            let stream = try await SocketStream.connect(host: "127.0.0.1", port: port)
            let socket = try await WebSocket.open(
                over: stream, host: "127.0.0.1", path: "/", random: SystemRandom())
            try await socket.send(text: "[\"EVENT\",{\"id\":\"ab\"}]")
            try await socket.send(text: "[\"REQ\",\"s\",{}]")
            var texts: [String] = []
            while texts.count < count { texts.append(try await socket.nextText()) }
            await socket.close()
            return texts
        }
    }

    @Test(
        "is the relay that its options say",
        arguments: [
            (["--auth"], ["[\"AUTH\",", "[\"OK\",\"ab\",false,", "[\"CLOSED\",\"s\",\"auth-required: "]),
            (
                ["--refuse", "restricted: no"],
                ["[\"OK\",\"ab\",false,", "[\"CLOSED\",\"s\",\"restricted: no\"]"]
            ),
            (["--drop-ok", "--slow", "1"], ["[\"EOSE\",\"s\"]"]),
            (["--drop-eose", "--limit", "0"], ["[\"OK\",\"ab\",false,"]),
            (["--hang-up", "moved"], ["[\"NOTICE\",\"moved\"]"]),
        ])
    func options(options: [String], expected: [String]) async throws {
        let program = try Pikachat.start(["mock", "relay"] + options, stdin: nil)
        let texts = try await messages(port(of: program), expected.count)
        for (text, beginning) in zip(texts, expected) { #expect(text.hasPrefix(beginning), "\(text)") }
        program.signal(SIGTERM)
        #expect(await program.finish().status == 128 + SIGTERM)
    }

    @Test(
        "refuses values out of bounds, and options of which one would do nothing",
        arguments: [
            (["--limit", "-1"], "from 0 to 1000000"), (["--limit", "x"], "from 0 to 1000000"),
            (["--slow", "0"], "from 1 to 600000"), (["--status", "200"], "from 400 to 599"),
            (["--reject", ""], "1 to 500 bytes"),
            (["--silent", "--auth"], "with --silent, --auth would do nothing"),
            (["--mute", "--status", "500"], "with --mute, --status would do nothing"),
        ])
    func mistakes(options: [String], message: String) async throws {
        let result = try await Pikachat.run(["mock", "relay"] + options)
        #expect(result.status == 2)
        #expect(result.error.contains(message), "\(result.error)")
    }

    @Test("without free descriptors it accepts nobody, and goes on when some are free")
    func descriptors() async throws {
        let state = TemporaryDirectory()
        let program = try RunningProgram(
            ["/bin/sh", "-c", "ulimit -n 40; exec \"$0\" mock relay", Pikachat.path], stdin: nil,
            environment: Pikachat.environment(state: state), directory: state)
        let port = try await port(of: program)
        var held: [SocketStream] = []
        for _ in 0..<80 { held.append(try await SocketStream.connect(host: "127.0.0.1", port: port)) }
        // This one is in the queue behind those.
        let waiting = try await SocketStream.connect(host: "127.0.0.1", port: port)
        try await waiting.write(Array("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".utf8))
        await #expect(throws: DeadlineExceeded.self) {
            try await withDeadline(.milliseconds(200), clock: ContinuousClock()) {
                try await waiting.read(maximum: 100)
            }
        }
        for stream in held { await stream.close() }
        held = []
        let answer = try await withDeadline(.seconds(60), clock: ContinuousClock()) {
            try await waiting.read(maximum: 100)
        }
        #expect(String(decoding: answer, as: UTF8.self).hasPrefix("HTTP/1.1 200"))
        await waiting.close()
        #expect(try await messages(port, 2).count == 2)
        program.signal(SIGTERM)
        #expect(await program.finish().status == 128 + SIGTERM)
    }
}
