import Foundation
import Scripting
import TestSupport
import Testing
import Vocabulary

@testable import PikaShell

@Suite("the debugger", .timeLimit(.minutes(4)))
struct DebuggerTests {
    private let host = FakeHost()

    private func debug(
        _ script: String, _ options: DebugOptions = DebugOptions(isStepping: true), typing input: String
    ) async throws -> (status: Int32, output: [String], stops: [Int]) {
        let piped = try PipedTerminal(input: input)
        let shell = Shell(catalogue: .general, host: host, terminal: piped.terminal)
        let renderer = TextRenderer(style: .script, level: .info, terminal: piped.terminal)
        host.log.listen { renderer.render($0) }
        guard
            case .success(let checked) = CheckedScript.make(
                Source(name: "d.pika", text: script), catalogue: .general)
        else {
            Issue.record("the script has mistakes")
            return (-1, [], [])
        }
        let status = try await shell.debug(checked, options)
        let output = await piped.finish().output
        let stops = host.events.filter { $0.name == "debug.stop" }.compactMap {
            $0.fields["line"].flatMap { Int($0.description) }
        }
        return (status, output.split(separator: "\n").map(String.init), stops)
    }

    private let blocks = """
        echo a
        for x in 1,2
          echo $x
        end
        echo b
        echo c
        """

    @Test(
        "next runs a block whole, into goes inside, until to a line, an empty line repeats",
        arguments: [
            ("next\nnext\nnext\nnext\n", [1, 2, 5, 6]), ("into\ninto\ninto\ninto\nquit\n", [1, 2, 3, 3, 5]),
            ("n\n\n\n\n", [1, 2, 5, 6]), ("until 5\ncontinue\n", [1, 5]),
            // Out of the block again.
            ("into\ninto\nnext\nnext\nc\n", [1, 2, 3, 3, 5]),
            // A line without a statement stands for the next one.
            ("until 4\nc\n", [1, 5]),
        ])
    func stepping(input: String, expected: [Int]) async throws {
        #expect(try await debug(blocks, typing: input).stops == expected)
    }

    @Test(
        "breakpoints: a line in each turn, a command, a failure that is caught, its code",
        arguments: [
            (["3"], [3, 3]), (["echo"], [1, 3, 3, 5, 6]), (["d.pika:6"], [6]), (["failure"], [7]),
            (["mismatch"], [7]), (["timeout"], []),
        ])
    func breakpoints(places: [String], expected: [Int]) async throws {
        let options = DebugOptions(breakpoints: places)
        let result = try await debug(
            blocks + "\ntry fail no", options, typing: String(repeating: "continue\n", count: 9))
        #expect(result.stops == expected && result.status == 0)
    }

    @Test(
        "a place that does not exist is refused before anything runs",
        arguments: ["99", "nowhere", "other.pika:1", "0x"])
    func wrongBreakpoint(place: String) async throws {
        await #expect(throws: Failure.self) {
            _ = try await debug(blocks, DebugOptions(breakpoints: [place]), typing: "")
        }
        #expect(!host.events.contains { $0.name == "echo" })
    }

    @Test("skip leaves a statement out; quit ends the run with what was deferred, and no failure")
    func skipAndQuit() async throws {
        let result = try await debug(
            "defer echo cleaned\necho one\necho two\necho three", typing: "next\nskip\nnext\nquit\n")
        #expect(result.output == ["two", "cleaned"] && result.status == 0)
    }

    @Test("every command works at the prompt, with the variables of the place, and changes stay")
    func looking() async throws {
        let result = try await debug(
            "let a=1\nfor x in 7\n  let b=$a$x\n  echo $b\nend", typing: "next\ninto\ninto\nlet b=new$x\nc\n")
        #expect(result.output == ["new7"])
    }

    @Test("a failure stops before the cleanup; going on behind it keeps its status")
    func failure() async throws {
        let result = try await debug(
            "defer echo cleaned\nfail oops\necho after", DebugOptions(), typing: "echo looking\nskip\n")
        #expect(result.output == ["looking", "after", "cleaned"] && result.status == 1)
        #expect(host.events.filter { $0.role == .failure }.count == 1)
    }

    @Test(
        "again tries the command with changes; quit and the end of input end with the failure",
        arguments: [
            ("again colour=red\nlet text=b\nagain timeout=9s\n", ["after"], Int32(0)), ("quit\n", [], 4),
            ("", [], 4), ("let text=b\nagain\n", ["after"], 0), ("again nonsense\nskip\n", ["after"], 4),
        ])
    func again(input: String, output: [String], status: Int32) async throws {
        let script = "let text=a\nsh timeout=5s test $text = b as=r\necho after"
        let result = try await debug(script, DebugOptions(), typing: input)
        #expect(result.output == output && result.status == status, "\(result)")
    }

    @Test("a failure inside of blocks and of what is caught stops once; what the script expects does not")
    func once() async throws {
        let result = try await debug(
            "repeat 1\n  try fail a\n  fails mismatch: fail b\n  fail c\nend", DebugOptions(),
            typing: "quit\n")
        #expect(result.stops == [4] && result.status == 1)
    }

    @Test("pause stops; at the prompt and in a plain run it does nothing")
    func pause() async throws {
        let result = try await debug("echo a\npause look\necho b", DebugOptions(), typing: "c\n")
        #expect(result.stops == [2] && result.output == ["a", "b"])
        let piped = try PipedTerminal()
        let shell = Shell(catalogue: .general, host: FakeHost(), terminal: piped.terminal)
        #expect(await shell.run(line: "pause\necho on") == 0)
        #expect(await piped.finish().output == "on\n")
    }

    @Test("parts that run beside others stop one at a time")
    func branches() async throws {
        let result = try await debug(
            "for x in a,b,c jobs=3\n  echo $x\nend", DebugOptions(breakpoints: ["2"]), typing: "c\nc\nc\n")
        #expect(result.stops == [2, 2, 2] && result.status == 0)
        #expect(result.output.count == 3)
    }

    @Test("Ctrl-C stops what runs and opens the prompt there; again runs it once more")
    func interrupt() async throws {
        let terminal = try PseudoTerminal()
        let shell = Shell(catalogue: .general, host: host, terminal: terminal.terminal)
        let renderer = TextRenderer(style: .script, level: .info, terminal: terminal.terminal)
        host.log.listen { renderer.render($0) }
        guard
            case .success(let checked) = CheckedScript.make(
                Source(name: "d.pika", text: "echo go\nsleep 60s\necho done"), catalogue: .general)
        else { return }
        let run = Task { try await shell.debug(checked, DebugOptions()) }
        #expect(await terminal.waitFor("go"))
        // Before the editor has the terminal, this one would swallow the key: it controls no process that could get a signal.
        #expect(await terminal.waitFor("\u{1b}[?2004h"))
        try terminal.type("\u{3}")
        #expect(await terminal.waitFor("(debug d.pika:2) >"), "\(terminal.text)")
        try terminal.type("echo looking\r")
        #expect(await terminal.waitFor("looking\r\n"), "\(terminal.text)")
        try terminal.type("skip\r")
        #expect(try await run.value == FailureCode.cancelled.exitStatus)
        #expect(terminal.text.contains("done"))
    }
}
