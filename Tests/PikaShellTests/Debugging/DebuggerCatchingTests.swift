import Foundation
import Scripting
import TestSupport
import Testing
import Vocabulary

@testable import PikaShell

@Suite("the debugger leaves alone what the script deals with", .timeLimit(.minutes(4)))
struct DebuggerCatchingTests {
    private let host = FakeHost()

    /// - Parameter file: what `FILE` in the script stands for.
    private func debug(
        _ script: String, file: String, typing input: String, _ options: DebugOptions = DebugOptions()
    ) async throws -> (status: Int32, output: [String], stops: Int) {
        let directory = TemporaryDirectory()
        let path = directory.file("inc.pika")
        try file.write(toFile: path, atomically: true, encoding: .utf8)
        try "fail inner".write(
            toFile: directory.file("inner.pika"), atomically: true, encoding: .utf8)
        let piped = try PipedTerminal(input: input)
        let shell = Shell(catalogue: .general, host: host, terminal: piped.terminal)
        let renderer = TextRenderer(style: .script, level: .info, terminal: piped.terminal)
        host.log.listen { renderer.render($0) }
        let source = Source(name: directory.file("d.pika"), text: script.replacing("FILE", with: path))
        let checked = try CheckedScript.make(source, catalogue: .general).get()
        let status = try await shell.debug(checked, options)
        let output = await piped.finish().output
        return (
            status, output.split(separator: "\n").map(String.init),
            host.events.count { $0.name == "debug.stop" }
        )
    }

    @Test(
        "a deferred include runs whole, however the debugger is left",
        arguments: ["continue\n", "next\nnext\nquit\n", "next\nnext\n", "next\nquit\n"])
    func deferred(input: String) async throws {
        let result = try await debug(
            "echo body\ndefer include FILE\necho more", file: "echo one\necho two", typing: input,
            DebugOptions(isStepping: true))
        let isDeferred = input != "next\nquit\n"
        #expect(result.output.suffix(2) == (isDeferred ? ["one", "two"] : ["body"]), "\(result)")
    }

    @Test("a deferred include that fails is a leak, with and without a debugger")
    func deferredFailure() async throws {
        let result = try await debug("defer include FILE\necho body", file: "fail oops", typing: "")
        #expect(result.status == 6 && result.stops == 0, "\(result)")
    }

    @Test(
        "what a failure beside it has cancelled is no place to stop",
        arguments: [("try", Int32(0)), ("soft", 1), ("fails mismatch:", 0)])
    func cancelled(prefix: String, status: Int32) async throws {
        let file = "for n in 1..3 jobs=3\n  if $n == 2: fail no\n  unless $n == 2: sleep 60s\nend"
        let result = try await debug("\(prefix) include FILE\necho on", file: file, typing: "")
        #expect(result.stops == 0 && result.output == ["on"] && result.status == status, "\(result)")
    }

    @Test("fails usage: catches a mistake that only the run can find")
    func usage() async throws {
        let result = try await debug(
            "fails usage: include FILE\necho on", file: "let x=a,b\nrepeat $x\n  echo no\nend", typing: "")
        #expect(result.stops == 0 && result.output == ["on"] && result.status == 0, "\(result)")
    }

    @Test("what runs in the background is not caught by what is around the line that began it")
    func background() async throws {
        let result = try await debug(
            "try include FILE\necho on", file: "background y: include inner.pika\ntry wait y",
            typing: "quit\n")
        #expect(result.stops == 1 && result.output == [] && result.status == 1, "\(result)")
    }

    @Test("again: a key that takes one value is given once; others are added")
    func givenTwice() throws {
        let text = "http get http://127.0.0.1:9/x timeout=1s header=\"A: b\""
        #expect(throws: Failure.self) {
            try ChangedCommand.text(text, changes: ["timeout=2s", "timeout=3s"], catalogue: .general)
        }
        let changed = try ChangedCommand.text(
            text, changes: ["header=\"CC: dddd\"", "header=\"E: f\""], catalogue: .general)
        #expect(
            changed
                == "http header=\"E: f\" get http://127.0.0.1:9/x timeout=1s header=\"CC: dddd\"")
    }
}
