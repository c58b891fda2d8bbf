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
        let pi = try await program("#!/bin/sh\nprintf 'pong: %s' \"$1\"\n", "fake-pi")
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
        #expect(lines.last == #"{"cmd": "send_message", "nostr_group_id": "g", "content": "pong: ping"}"#)
        let bad = try await run(
            ["python3", bridge], stdin: events,
            environment: environment.merging(["PIKA_PI_CMD": "no-such-pi"]) { $1 })
        #expect(
            bad.output.contains("no pi backend answered: pi command: no-such-pi not found"),
            "\(bad.output)\(bad.error)")
    }
}
