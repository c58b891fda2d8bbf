import Foundation
import TestSupport
import Testing

@testable import Providers

@Suite("Guest files of a microVM")
struct GuestFilesTests {
    private let directory = TemporaryDirectory()

    private func run(
        _ arguments: [String], stdin: String = "", environment: [String: String] = [:]
    ) async throws -> (status: Int32, output: String, error: String) {
        try await Program.run(
            arguments, stdin: stdin,
            environment: ["PATH": "\(directory.path)/bin:/usr/bin:/bin"].merging(environment) { $1 })
    }

    private func write(_ text: String, _ name: String) throws -> String {
        let path = directory.file(name)
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    /// A program of the test. A shell writes it: a file that this process has open for writing while another test starts a
    /// program cannot be run (ETXTBSY).
    private func program(_ text: String, _ name: String) async throws -> String {
        let path = directory.file("bin/\(name)")
        let made = try await run(
            [
                "sh", "-c", "mkdir -p \"$1\" && cat >\"$2\" && chmod 755 \"$2\"", "sh", directory.file("bin"),
                path,
            ], stdin: text)
        #expect(made.status == 0, "\(made.error)")
        return path
    }

    @Test("the start script is valid bash, and the bridge valid Python")
    func syntax() async throws {
        #expect(try await run(["bash", "-n", write(GuestFiles.startScript, "start-agent.sh")]).status == 0)
        let result = try await run(["python3", "-m", "py_compile", write(GuestFiles.bridge, "bridge.py")])
        #expect(result.status == 0, "\(result.error)")
    }

    @Test("the start script starts the daemon with the owner, every relay and the bridge")
    func start() async throws {
        let script = try write(GuestFiles.startScript, "start-agent.sh")
        _ = try await program("#!/bin/sh\nprintf '%s\\n' \"$@\"\n", "pikachat")
        let environment = [
            "PIKA_OWNER_PUBKEY": "abcd", "PIKA_RELAY_URLS": "ws://a, ws://b,",
            "PIKA_AGENT_DIR": directory.file("agent"),
        ]
        let result = try await run(["bash", script], environment: environment)
        #expect(result.status == 0, "\(result.error)")
        #expect(
            result.output.split(separator: "\n").map(String.init) == [
                "daemon", "--state-dir", directory.file("agent/state"), "--auto-accept-welcomes",
                "--allow-pubkey", "abcd", "--relay", "ws://a",
                "--relay", "ws://b", "--exec", "python3 \(directory.file("agent"))/microvm-bridge.py",
            ])
    }

    @Test(
        "each failure of the start script is one line and status 1",
        arguments: [
            (["PIKA_RELAY_URLS": "ws://a"], "PIKA_OWNER_PUBKEY"),
            (["PIKA_OWNER_PUBKEY": "a"], "PIKA_RELAY_URLS"),
            (["PIKA_OWNER_PUBKEY": "a", "PIKA_RELAY_URLS": " , "], "names no relay"),
            (["PIKA_OWNER_PUBKEY": "a", "PIKA_RELAY_URLS": "ws://a"], "neither pikachat nor marmotd"),
            (
                ["PIKA_OWNER_PUBKEY": "a", "PIKA_RELAY_URLS": "ws://a", "PIKA_MARMOTD_BIN": "/nowhere"],
                "not executable"
            ),
        ] as [([String: String], String)])
    func failures(environment: [String: String], part: String) async throws {
        let result = try await run(
            ["bash", write(GuestFiles.startScript, "start-agent.sh")], environment: environment)
        #expect(result.status == 1)
        #expect(
            result.error.split(separator: "\n").count == 1 && result.error.contains(part), "\(result.error)")
    }

    @Test("the bridge publishes on ready, answers the owner once, and says why when no backend works")
    func bridge() async throws {
        let bridge = try write(GuestFiles.bridge, "bridge.py")
        let pi = try await program("#!/bin/sh\nprintf 'pong: '; cat\n", "fake-pi")
        let events =
            [
                #"{"type":"ready"}"#, "not json",
                #"{"type":"message_received","from_pubkey":"OWNER","nostr_group_id":"g","content":"ping","message_id":"1"}"#,
                #"{"type":"message_received","from_pubkey":"owner","nostr_group_id":"g","content":"ping","message_id":"1"}"#,
                #"{"type":"message_received","from_pubkey":"bot","nostr_group_id":"g","content":"own","message_id":"2"}"#,
                #"{"type":"message_received","from_pubkey":"stranger","nostr_group_id":"g","content":"hi","message_id":"3"}"#,
            ].joined(separator: "\n") + "\n"
        let environment = [
            "PIKA_OWNER_PUBKEY": "owner", "PIKA_BOT_PUBKEY": "bot", "PIKA_RELAY_URLS": "ws://a,ws://b",
            "PIKA_PI_HISTORY_TURNS": "0",
        ]
        let good = try await run(
            ["python3", bridge], stdin: events, environment: environment.merging(["PIKA_PI_CMD": pi]) { $1 })
        let lines = good.output.split(separator: "\n").map(String.init)
        #expect(lines.count == 2, "\(good.output)\(good.error)")
        #expect(lines.first == #"{"cmd": "publish_keypackage", "relays": ["ws://a", "ws://b"]}"#)
        #expect(
            lines.last
                == #"{"cmd": "send_message", "nostr_group_id": "g", "content": "pong: ping", "reply_to": "1"}"#
        )
        let bad = try await run(
            ["python3", bridge], stdin: events,
            environment: environment.merging(["PIKA_PI_CMD": "no-such-pi"]) { $1 })
        #expect(
            bad.output.contains("no pi backend answered: pi command: no-such-pi not found"),
            "\(bad.output)\(bad.error)")
    }

    /// What the bridge answers to one message, with that program as the pi command.
    private func answer(to message: String, by code: String, environment: [String: String] = [:])
        async throws -> String
    {
        let bridge = try write(GuestFiles.bridge, "bridge.py")
        let pi = try await program(code, "fake-pi")
        let event: [String: String] = [
            "type": "message_received", "from_pubkey": "owner", "nostr_group_id": "g", "content": message,
        ]
        let line = String(decoding: try JSONEncoder().encode(event), as: UTF8.self) + "\n"
        let result = try await run(
            ["python3", bridge], stdin: line,
            environment: ["PIKA_OWNER_PUBKEY": "owner", "PIKA_PI_CMD": pi].merging(environment) { $1 })
        struct Command: Decodable { let content: String }
        #expect(result.status == 0, "\(result.error)")
        return try JSONDecoder().decode(Command.self, from: Data(result.output.utf8)).content
    }

    @Test(
        "what is said to the agent is the prompt and never an option: it goes to the command's stdin",
        arguments: ["--help", "-p", "a 'quoted' $(word) \u{e9}", "two\nlines"])
    func prompt(message: String) async throws {
        #expect(
            try await answer(to: message, by: "#!/bin/sh\nprintf '%s arguments: ' $#; cat\n")
                == "0 arguments: \(message)")
    }

    @Test("of what a command draws only the text is sent")
    func colours() async throws {
        let code = #"""
            #!/bin/sh
            printf '\033[1;31mred\033[0m\033]0;title\007 \033]8;;http://a\033\\link\033]8;;\033\\ \033(Bplain\a\r\n\tsecond\033'
            """#
        #expect(try await answer(to: "x", by: code) == "red link plain\n\tsecond")
    }

    @Test(
        "a command without end is ended where a message is full; what it started ends with it",
        .timeLimit(.minutes(4)))
    func endless() async throws {
        let (pid, file) = (
            directory.file("pid"), "#!/bin/sh\nsleep 600 & echo $! >\"$PID_FILE\"; exec yes \u{e9}\n"
        )
        let reply = try await answer(to: "x", by: file, environment: ["PID_FILE": pid])
        #expect(reply.hasPrefix("\u{e9}\n\u{e9}") && reply.hasSuffix("\u{2026}"))
        #expect((32_000...32_768).contains(reply.utf8.count), "\(reply.utf8.count)")
        let child = try #require(
            Int32(
                try String(contentsOfFile: pid, encoding: .utf8).trimmingCharacters(
                    in: .whitespacesAndNewlines)))
        // It is killed before the answer comes, but a busy system may take a moment to end it; otherwise it runs for ten minutes.
        while let state = try? String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8),
            !state.contains(") Z "), !Task.isCancelled
        {
            await Task.yield()
        }
        #expect(!Task.isCancelled)
    }

    @Test("a command that hangs is ended, and one that reads nothing answers all the same")
    func careless() async throws {
        let slow = try await answer(
            to: "x", by: "#!/bin/sh\nexec sleep 600\n", environment: ["PIKA_PI_TIMEOUT_MS": "1000"])
        #expect(slow == "(no pi backend answered: pi command: no answer within 1 s)")
        let long = String(repeating: "x", count: 300_000)
        #expect(try await answer(to: long, by: "#!/bin/sh\necho fine\n") == "fine")
    }
}
