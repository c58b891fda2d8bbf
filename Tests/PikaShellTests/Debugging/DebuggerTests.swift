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
            ("again colour=red\nlet text=b\nagain\n", [], Int32(4)),
            ("let text=b\nagain timeout=9s\n", ["after"], 0), ("quit\n", [], 4),
            ("", [], 4), ("let text=b\nagain\n", ["after"], 0), ("again nonsense\nskip\n", [], 4),
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
        else {
            Issue.record("the script has mistakes")
            return
        }
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
        #expect(await terminal.waitFor("done"), "\(terminal.text)")
    }

    private func included(_ line: String, typing input: String) async throws -> (
        status: Int32, output: [String], stops: [Int]
    ) {
        let directory = TemporaryDirectory()
        let path = directory.file("inc.pika")
        try "echo in\nfail oops\necho on".write(toFile: path, atomically: true, encoding: .utf8)
        return try await debug(
            line.replacing("FILE", with: path) + "\necho after", DebugOptions(), typing: input)
    }

    @Test(
        "what the script catches does not stop, and goes on as without a debugger",
        arguments: [
            ("try include FILE", Int32(0)), ("fails mismatch: include FILE", 0),
            ("if ok include FILE: echo no", 0),
            ("soft include FILE", 1),
        ])
    func caught(line: String, status: Int32) async throws {
        let result = try await included(line, typing: "")
        #expect(result.stops.isEmpty && result.output == ["in", "after"] && result.status == status)
    }

    @Test("break failure stops once where it is caught, and once where it is not; again is for the latter")
    func caughtBreakpoint() async throws {
        let options = DebugOptions(breakpoints: ["failure"])
        let caught = try await debug("try fail a\necho on", options, typing: "next\nnext\n")
        #expect(caught.stops == [1, 2] && caught.status == 0)
        let bare = try await debug("fail a", options, typing: "quit\n")
        // The host has seen the stops of both.
        #expect(bare.stops == [1, 2, 1] && bare.status == 1)
        let again = try await debug("try fail a\necho on", options, typing: "again\n")
        #expect(again.status != 0)
        #expect(
            host.events.contains { $0.text.contains("its command cannot run again here") },
            "\(host.events.suffix(8))")
    }

    @Test(
        "one quit ends everything: loops that keep going, parts beside each other, what is caught",
        arguments: [
            ("for n in 1..3 keep-going\n  echo b$n\n  fail no\nend", "quit\n", ["b1"], Int32(1)),
            ("for n in 1..3 jobs=3\n  fail no\nend", "quit\n", [], 1),
            ("for n in 1..3 jobs=3 keep-going\n  fail no\nend", "quit\n", [], 1),
            ("for n in 1..3 jobs=3\n  pause\n  echo b$n\nend", "quit\n", [], 0),
            ("repeat 2\n  pause\n  echo b\nend", "quit\n", [], 0),
        ] as [(String, String, [String], Int32)])
    func quit(script: String, input: String, output: [String], status: Int32) async throws {
        let result = try await debug(script + "\necho after", DebugOptions(), typing: input)
        #expect(result.output == output && result.status == status && result.stops.count == 1, "\(result)")
    }

    @Test("quit inside of what is caught ends the run all the same")
    func quitInside() async throws {
        let result = try await debug(
            "try fail a\necho after", DebugOptions(breakpoints: ["mismatch"]), typing: "quit\n")
        #expect(result.output.isEmpty && result.status == 1)
    }

    @Test(
        "commands from a pipe: the first mistake, or their end before the script's, is no success",
        arguments: [
            ("", Int32(2)), ("next\n", 1), ("nonsense\ncontinue\n", 2), ("next\nfail no\ncontinue\n", 1),
            ("continue\n", 0), ("quit\n", 0),
        ])
    func piped(input: String, status: Int32) async throws {
        #expect(try await debug("echo a\necho b", typing: input).status == status)
    }

    @Test("the prompt names the part that asks")
    func namedPart() async throws {
        let piped = try PipedTerminal(input: "quit\n")
        let shell = Shell(catalogue: .general, host: host, terminal: piped.terminal)
        let script = try CheckedScript.make(
            Source(name: "d.pika", text: "for n in xx jobs=2\n  pause\nend"), catalogue: .general
        ).get()
        _ = try await shell.debug(script, DebugOptions())
        #expect(await piped.finish().error.contains("(debug d.pika:2 [xx])"))
    }
}
