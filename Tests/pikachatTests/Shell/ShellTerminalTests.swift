import Foundation
import TestSupport
import Testing

@Suite("shell in a terminal", .serialized)
struct ShellTerminalTests {
    @Test("the commands of the mission bring a reply, and quit asks about the VM")
    func mission() async throws {
        let terminal = try Terminal(["shell", "--mock"])
        #expect(await terminal.waitFor("pika> "))
        #expect(
            try await terminal.enter("spawn microvm cpu=1 mem=1024", expecting: "next: wait-keypackage"),
            "\(terminal.text)")
        #expect(
            try await terminal.enter("wait-keypackage", expecting: "next: group create"), "\(terminal.text)")
        #expect(try await terminal.enter("group create", expecting: "next: say TEXT"), "\(terminal.text)")
        #expect(try await terminal.enter("say hello", expecting: "echo: hello"), "\(terminal.text)")
        #expect(try await terminal.enter("expect reply contains hello as=r", expecting: "pika vm-"))
        #expect(
            try await terminal.enter("echo got $r.text", expecting: "got echo: hello"), "\(terminal.text)")
        #expect(try await terminal.enter("quit", expecting: "[t/k/c]"), "\(terminal.text)")
        #expect(try await terminal.enter("c", expecting: "pika vm-"))
        #expect(try await terminal.enter("teardown", expecting: "deleted after"), "\(terminal.text)")
        try terminal.type("quit\r")
        #expect(await terminal.exitStatus() == 0)
    }

    @Test("an answer appears above a half-typed line, and the typed text stays")
    func asynchronousOutput() async throws {
        let terminal = try Terminal(["shell", "--mock"])
        #expect(await terminal.waitFor("pika> "))
        #expect(try await terminal.enter("spawn microvm", expecting: "next: wait-keypackage"))
        #expect(try await terminal.enter("wait-keypackage", expecting: "next: group create"))
        #expect(try await terminal.enter("group create", expecting: "next: say TEXT"))
        // Both lines arrive at once: the second is being edited when the answer to the first comes.
        try terminal.type("say héllo\recho typed thröugh")
        #expect(await terminal.waitFor("agent  echo: héllo"), "\(terminal.text)")
        try terminal.type("\r")
        #expect(await terminal.waitFor("typed thröugh\r\n"), "\(terminal.text)")
        try terminal.type("quit\r")
        #expect(await terminal.waitFor("[t/k/c]"))
        try terminal.type("t\r")
        #expect(await terminal.exitStatus() == 0)
        #expect(terminal.text.contains("deleted after"))
    }

    @Test("Ctrl-C clears a line, cancels a command, and never ends the shell; Ctrl-D does")
    func interrupt() async throws {
        let terminal = try Terminal(["shell", "--mock"])
        #expect(await terminal.waitFor("pika> "))
        try terminal.type("echo never ")
        #expect(await terminal.waitFor("never "))
        try terminal.type("\u{3}")
        #expect(await terminal.waitFor("^C\r\npika> "))
        #expect(try await terminal.enter("sleep 60s", expecting: "sleep 60s\r\n"))
        // The line is taken: one press stops its command, whether it runs already or not.
        try terminal.type("\u{3}")
        #expect(await terminal.waitFor("cancelled\r\npika> "), "\(terminal.text)")
        #expect(try await terminal.enter("echo alive", expecting: "alive\r\npika> "))
        try terminal.type("\u{4}")
        #expect(await terminal.exitStatus() == 0, "\(terminal.text.debugDescription)")
        #expect(!terminal.text.contains("never \r\nnever"))
    }

    @Test(
        "keys that come before their turn keep their meaning, and are not echoed twice", arguments: 0..<5)
    func typedAhead(_: Int) async throws {
        let terminal = try Terminal(["shell", "--mock"])
        #expect(await terminal.waitFor("pika> "))
        try terminal.type("sleep 10ms\recho ä$mock\r\u{4}")
        #expect(await terminal.exitStatus() == 0, "\(terminal.text.debugDescription)")
        #expect(terminal.text.contains("\r\näyes\r\n"), "\(terminal.text)")
        #expect(terminal.text.components(separatedBy: "echo ä$mock").count == 2, "\(terminal.text)")
    }

    @Test("Ctrl-C right behind a line stops that line's command and forgets what was typed before it")
    func interruptAhead() async throws {
        let terminal = try Terminal(["shell", "--mock"])
        #expect(await terminal.waitFor("pika> "))
        try terminal.type("sleep 60s\recho forgotten\r\u{3}echo alive\r")
        #expect(await terminal.waitFor("\r\nalive\r\n"), "\(terminal.text)")
        #expect(terminal.text.contains("cancelled"), "\(terminal.text)")
        #expect(!terminal.text.contains("forgotten"), "\(terminal.text)")
        try terminal.type("\u{4}")
        #expect(await terminal.exitStatus() == 0)
    }

    @Test("SIGTERM during a command ends the shell, and the VM with it", arguments: 0..<3)
    func terminate(_: Int) async throws {
        let terminal = try Terminal(["shell", "--mock"])
        #expect(await terminal.waitFor("pika> "))
        #expect(try await terminal.enter("spawn microvm", expecting: "next: wait-keypackage"))
        #expect(try await terminal.enter("sleep 60s", expecting: "sleep 60s\r\n"))
        terminal.signal(SIGTERM)
        #expect(await terminal.exitStatus() == 128 + SIGTERM, "\(terminal.text)")
        #expect(terminal.text.contains("deleted after"))
    }

    @Test("Ctrl-C right behind quit means not to leave")
    func interruptBehindQuit() async throws {
        let terminal = try Terminal(["shell", "--mock"])
        #expect(await terminal.waitFor("pika> "))
        #expect(try await terminal.enter("spawn microvm", expecting: "next: wait-keypackage"))
        try terminal.type("quit\r\u{3}")
        #expect(
            try await terminal.enter("echo still here", expecting: "\r\nstill here\r\n"), "\(terminal.text)")
        try terminal.type("quit\rt\r")
        #expect(await terminal.exitStatus() == 0, "\(terminal.text)")
    }

    @Test("a broken character swallows no key")
    func brokenCharacter() async throws {
        let terminal = try Terminal(["shell", "--mock"])
        #expect(await terminal.waitFor("pika> "))
        try terminal.type(bytes: Array("echo ".utf8) + [0xe6, 0x03] + Array("echo alive\r".utf8) + [0x04])
        #expect(await terminal.exitStatus() == 0, "\(terminal.text.debugDescription)")
        #expect(terminal.text.contains("\r\nalive\r\n"), "\(terminal.text.debugDescription)")
    }

    @Test("without an editor Ctrl-D leaves the question open")
    func plainEndOfInput() async throws {
        let terminal = try Terminal(["shell", "--mock"], environment: ["TERM": "dumb"])
        #expect(await terminal.waitFor("pika> "))
        #expect(try await terminal.enter("spawn microvm", expecting: "next: wait-keypackage"))
        #expect(await terminal.waitFor("pika vm-"))
        try terminal.type("\u{4}")
        #expect(await terminal.waitFor("[t/k/c] "))
        #expect(try await terminal.enter("c", expecting: "c\r\npika vm-"), "\(terminal.text)")
        try terminal.type("\u{4}")
        try terminal.type("t\r")
        #expect(await terminal.exitStatus() == 0, "\(terminal.text)")
        #expect(terminal.text.contains("deleted after"))
    }

    @Test("Ctrl-Space is no quoted-insert")
    func controlSpace() async throws {
        let terminal = try Terminal(["shell", "--mock"])
        #expect(await terminal.waitFor("pika> "))
        try terminal.type("\0\u{4}")
        #expect(await terminal.exitStatus() == 0, "\(terminal.text.debugDescription)")
    }

    @Test(
        "the terminal gets its modes back",
        arguments: [
            ("quit\r", 0), ("\u{4}", 0), ("sleep 60s\r\u{1c}", 128 + SIGQUIT), ("half\u{1c}", 128 + SIGQUIT),
        ])
    func modes(_ keys: String, status: Int32) async throws {
        let terminal = try Terminal(["shell", "--mock"])
        let before = terminal.localModes
        #expect(await terminal.waitFor("pika> "))
        #expect(terminal.localModes != before)
        try terminal.type(keys)
        #expect(await terminal.exitStatus() == status)
        #expect(terminal.localModes == before)
    }

    @Test("a block asks for more lines, Tab completes, mistakes show their place")
    func editing() async throws {
        let terminal = try Terminal(["shell", "--mock"])
        #expect(await terminal.waitFor("pika> "))
        #expect(try await terminal.enter("if $mock", expecting: "…> "))
        #expect(try await terminal.enter("echo inside", expecting: "…> "))
        #expect(try await terminal.enter("end", expecting: "inside\r\npika> "), "\(terminal.text)")
        // A mistake does not wait for the end of its block.
        #expect(try await terminal.enter("if $mock:", expecting: "without the colon"), "\(terminal.text)")
        try terminal.type("wait-k\t")
        #expect(await terminal.waitFor("eypackage", limit: .seconds(5)), "\(terminal.text.debugDescription)")
        try terminal.type("\r")
        #expect(await terminal.waitFor("run `spawn PROVIDER` first"), "\(terminal.text)")
        #expect(
            try await terminal.enter("spwan microvm", expecting: "did you mean spawn?"), "\(terminal.text)")
        #expect(
            try await terminal.enter("spawn microvm cpus=1", expecting: "did you mean cpu=?"),
            "\(terminal.text)")
        #expect(try await terminal.enter("help spawn microvm", expecting: "memory-mb="), "\(terminal.text)")
        try terminal.type("quit\r")
        #expect(await terminal.exitStatus() == 0)
    }
}
