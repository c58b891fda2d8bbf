import Vocabulary
import Cryptography
import Foundation
import Marmot
import TestSupport
import Testing

@testable import AgentCore

@Suite("State directory, identity, ledger")
struct StateTests {
    private let directory = TemporaryDirectory()

    @Test(
        "an identity is made once and read again; a damaged one is named and left alone",
        arguments: [
            "", "{", "{}", #"{"secret_key_hex":"00","public_key_hex":"00"}"#,
            #"{"secret_key_hex":"0101010101010101010101010101010101010101010101010101010101010101","public_key_hex":"00"}"#,
        ])
    func identity(damaged: String) throws {
        let path = directory.file("identity.json")
        let key = try Identity.load(from: path, random: SeededRandom("id"))
        #expect(try Identity.load(from: path, random: SeededRandom("other")) == key)
        try AtomicFile.write(Array(damaged.utf8), to: path)
        #expect(throws: FileError.self) { try Identity.load(from: path, random: SeededRandom("x")) }
        #expect(try AtomicFile.read(path) == Array(damaged.utf8))
    }

    @Test("a directory that others can write to is refused")
    func writable() throws {
        let path = directory.file("open")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        chmod(path, 0o777)
        #expect { try StateDirectory(path: path) } throws: { "\($0)".contains("others can write") }
        let made = try StateDirectory(path: directory.file("new"))
        let mode = try FileManager.default.attributesOfItem(atPath: made.path)[.posixPermissions] as? Int
        #expect(mode == 0o700)
        #expect(throws: StateDirectory.Locked.self) { try StateDirectory(path: made.path) }
    }

    @Test("its lock is free when it is given up, whoever has inherited the descriptor for a moment")
    func released() throws {
        let path = directory.file("state")
        var made: StateDirectory? = try StateDirectory(path: path)
        // As a program has it that another thread is just starting.
        let copy = try #require(
            (3..<1024).first {
                (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)"))
                    == made?.file("lock")
            }
            .map { dup(Int32($0)) })
        defer { close(copy) }
        made = nil
        _ = try StateDirectory(path: path)
    }

    @Test("the ledger knows intents, ids and what is gone, also after a crash in the middle of a line")
    func ledger() async throws {
        let path = directory.file("ledger.ndjson")
        let ledger = try ResourceLedger(path: path) { 5 }
        let recorder = ResourceRecorder(ledger: ledger, provider: "microvm", url: "http://x", suffix: "aa")
        try await recorder.willCreate("vm", marks: [:], within: .seconds(60))
        #expect(await ledger.open.map(\.change) == [.intent])
        try await recorder.didCreate("vm", id: "vm-1")
        let other = ResourceRecorder(ledger: ledger, provider: "microvm", url: "http://x", suffix: "bb")
        try await other.willCreate("vm", marks: [:], within: .seconds(60))
        try await other.isGone("vm", id: nil)
        let bytes = try #require(try AtomicFile.read(path))
        try AtomicFile.write(bytes + Array(#"{"key":"half"#.utf8), to: path)
        let again = try ResourceLedger(path: path) { 6 }
        #expect(await again.open.map(\.id) == ["vm-1"])
        try await ResourceRecorder(ledger: again, provider: "microvm", url: "http://x", suffix: "aa").isGone(
            "vm", id: "vm-1")
        #expect(await (try ResourceLedger(path: path) { 7 }).open.isEmpty)
        try AtomicFile.write(Array("garbage\n{}\n".utf8), to: path)
        #expect { try ResourceLedger(path: path) { 8 } } throws: { "\($0)".contains("line 1 is damaged") }
    }

    @Test("default paths follow XDG, HOME, then the working directory")
    func paths() {
        #expect(
            StateDirectory.defaultPath(environment: ["XDG_STATE_HOME": "/s", "HOME": "/h"]) == "/s/pikachat")
        #expect(
            StateDirectory.defaultPath(environment: ["XDG_STATE_HOME": "relative", "HOME": "/h"])
                == "/h/.local/state/pikachat")
        #expect(StateDirectory.defaultPath(environment: [:]) == ".pikachat")
    }

    @Test(
        "a ledger's line with impossible times is damaged",
        arguments: [
            #""time":9223372036854775807"#, #""time":-1"#, #""time":5,"deadline":4"#,
            #""time":5,"deadline":9223372036854775807"#,
            #""time":5,"marks":{"ttl_seconds":"9223372036854775807"}"#,
            #""time":5,"marks":{"ttl_seconds":"soon"}"#,
        ])
    func impossibleTimes(fields: String) throws {
        let path = directory.file("ledger.ndjson")
        let line = #"{"key":"k-aa","change":"intent","provider":"fly","kind":"vm","url":"","# + fields + "}\n"
        try (line + line).write(toFile: path, atomically: true, encoding: .utf8)
        #expect(throws: FileError.self) { try ResourceLedger(path: path) { 0 } }
    }
}
