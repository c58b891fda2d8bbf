import Foundation
import TestSupport
import Testing
import Vocabulary

@testable import PikaShell

@Suite("what a terminal shows")
struct TerminalTests {
    @Test("a block is indented as far as its lead reaches; a line stays one line")
    func block() async throws {
        let piped = try PipedTerminal()
        piped.terminal.block("one\ntwo", lead: [("a ", .bold), ("bc ", .plain)])
        piped.terminal.line("one\ntwo", lead: [("a\n", .bold)])
        let shown = await piped.finish().output
        #expect(shown.hasPrefix("a bc one\n     two\n"))
        #expect(shown.split(separator: "\n").count == 3)
    }

    @Test("styles only where they are wanted, and around text only")
    func styles() async throws {
        let (read, write) = try Spawned.pipe()
        let terminal = Terminal(input: read, output: write, error: write, environment: [:], usesColor: true)
        let shown = Collector()
        Spawned.follow(read) { shown.add($0, isEnd: $1) }
        terminal.line("text", .red, lead: [("lead ", .dim), ("", .bold)])
        terminal.line("", .red)
        await terminal.drain()
        close(write)
        #expect(await shown.waitForEnd(limit: .seconds(20)))
        #expect(shown.text == "\u{1b}[2mlead \u{1b}[0m\u{1b}[31mtext\u{1b}[0m\n\n")
    }

    @Test(
        "colours by themselves: terminals that can, and nobody against it",
        arguments: [
            (["TERM": "xterm"], true), (["TERM": "xterm", "NO_COLOR": ""], true),
            (["TERM": "xterm", "NO_COLOR": "1"], false), (["TERM": "dumb"], false), (["TERM": ""], false),
            ([:], false),
        ] as [([String: String], Bool)])
    func colors(environment: [String: String], expected: Bool) throws {
        let pseudo = try PseudoTerminal()
        let (input, output) = (pseudo.terminal.input, pseudo.terminal.output)
        let terminal = Terminal(input: input, output: output, error: output, environment: environment)
        #expect(terminal.usesColor == expected)
        let (read, write) = try Spawned.pipe()
        defer { for end in [read, write] { close(end) } }
        let half = Terminal(input: input, output: output, error: write, environment: environment)
        #expect(!half.usesColor && half.isInteractive)
    }

    @Test("secrets of every masking, in text and lead")
    func masked() async throws {
        let piped = try PipedTerminal()
        let (one, two) = (Masking(), Masking())
        one.add("hunter2secret")
        two.add("hunter3secret")
        piped.terminal.mask(with: one)
        piped.terminal.mask(with: two)
        piped.terminal.line("hunter2secret", lead: [("hunter3secret ", .plain)])
        piped.terminal.block("x\nhunter3secret")
        piped.terminal.prompt("hunter2secret")
        let (output, error) = await piped.finish()
        let word = Masking.replacement
        #expect(output == "\(word) \(word)\nx\n\(word)\n" && error == "\(word) ")
    }

    @Test("the status line stands below what is printed, and goes away")
    func status() async throws {
        let terminal = try PseudoTerminal()
        terminal.terminal.line("one")
        #expect(terminal.terminal.status("waiting 1s") == true)
        terminal.terminal.status("waiting 2s")
        terminal.terminal.line("two")
        _ = await terminal.terminal.hasShownAll()
        #expect(await terminal.waitFor("two"))
        var screen = Screen(columns: 80, rows: 24)
        #expect(await terminal.waitFor("two\r\n\u{1b}[2m  waiting 2s"))
        screen.feed(terminal.text)
        #expect(screen.rows.prefix(4) == ["one", "two", "  waiting 2s", ""])
        terminal.terminal.status(nil)
        terminal.terminal.line("three")
        #expect(await terminal.waitFor("three\r\n"))
        screen = Screen(columns: 80, rows: 24)
        screen.feed(terminal.text)
        #expect(screen.rows.prefix(4) == ["one", "two", "three", ""])
    }

    @Test("a long status is cut to the window")
    func longStatus() async throws {
        let terminal = try PseudoTerminal()
        terminal.terminal.status(String(repeating: "x", count: 300))
        #expect(await terminal.waitFor("xxx"))
        terminal.terminal.line("end")
        #expect(await terminal.waitFor("end\r\n"))
        var screen = Screen(columns: 80, rows: 24)
        screen.feed(terminal.text)
        #expect(screen.rows[0] == "end" && screen.rows[1].count < 80 && screen.rows[2].isEmpty)
    }
}
