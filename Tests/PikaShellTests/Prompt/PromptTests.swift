import Scripting
import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import PikaShell

@Suite("the prompt", .timeLimit(.minutes(4)))
struct PromptTests {
    private final class Log: Sendable {
        private let entries = Mutex<[String]>([])
        var all: [String] { entries.withLock { $0 } }
        func add(_ entry: String) { entries.withLock { $0.append(entry) } }
    }

    private let host = FakeHost()
    private let log = Log()

    private func question(_ text: String = "vm-1 is still running.") -> LeavingQuestion {
        LeavingQuestion(
            text,
            choices: [
                .init("teardown") { [log] in log.add("teardown") },
                .init("keep") { [log] in log.add("keep") },
            ])
    }

    /// Lines from a pipe, as a person would type them.
    private func run(_ input: String) async throws -> (status: Int32, output: String, error: String) {
        let piped = try PipedTerminal(input: input)
        let shell = Shell(catalogue: .general, host: host, terminal: piped.terminal)
        let status = await shell.runPrompt()
        let (output, error) = await piped.finish()
        return (status, output, error)
    }

    @Test("errors do not end it; what was deferred runs at its end")
    func errors() async throws {
        let result = try await run("defer echo bye\nfail oops\nnonsense\necho still here\n")
        #expect(result.status == 0 && result.output == "still here\nbye\n")
        #expect(result.error.contains("oops") && result.error.contains("there is no command nonsense"))
        #expect(host.wasScript == [false])
    }

    @Test("lines that are not finished go on; the end of input there forgets them and asks again")
    func unfinished() async throws {
        let result = try await run("echo a \\\nb\necho c \\\n")
        #expect(result.output == "a b\n")
        #expect(result.error == "> …> > …> > ")
    }

    @Test(
        "again runs the last line, with changes where they are given, and says what it runs",
        arguments: [
            ("echo a\nagain\n!!\n", "a\na\na\n"), ("echo a\nretry as=x\necho $x.text\n", "a\na\na\n"),
            ("again\necho a\n", "a\n"), ("echo a\nagain b\n", "a\n"),
            ("repeat 2\necho a\nend\nagain\n", "a\na\na\na\n"),
        ])
    func again(input: String, output: String) async throws {
        #expect(try await run(input).output == output)
    }

    @Test(
        "leaving asks; the first letter is enough, and another word is asked again",
        arguments: [
            ("quit\nk\n", ["keep"]), ("quit\nTear it\n", ["teardown"]), ("quit\nx\n\nkeep\n", ["keep"]),
            ("quit\nc\nquit\nk\n", ["keep"]),
        ])
    func questions(input: String, expected: [String]) async throws {
        host.asks([question()])
        let result = try await run(input)
        #expect(result.status == 0 && log.all == expected)
        #expect(result.error.contains("vm-1 is still running. teardown / keep / cancel?"))
        #expect(result.error.contains("[t/k/c] "))
    }

    @Test("without an answer, the first choice is taken of every question")
    func noAnswer() async throws {
        host.asks([question("a"), question("b")])
        #expect(try await run("quit\n").status == 0)
        #expect(log.all == ["teardown", "teardown"])
    }

    @Test("cancel goes on, and asks nothing more")
    func cancel() async throws {
        host.asks([question("a"), question("b")])
        let result = try await run("quit\nk\nc\necho on\nquit\nt\nt\n")
        #expect(result.output == "on\n" && log.all == ["keep", "teardown", "teardown"])
    }

    @Test("what was deferred decides already: nothing is asked")
    func deferred() async throws {
        host.asks([question()])
        let result = try await run("defer echo bye\nquit\n")
        #expect(result.output == "bye\n" && log.all.isEmpty)
    }

    @Test("a leak at the end is the status")
    func leak() async throws {
        host.ends(with: Conclusion(failures: [Failure(.leak, "vm-1 stays")]))
        #expect(try await run("quit\n").status == 6)
    }

    @Test("Ctrl-C forgets the lines said so far")
    func interrupted() async throws {
        let pseudo = try PseudoTerminal()
        let shell = Shell(catalogue: .general, host: host, terminal: pseudo.terminal)
        async let status = shell.runPrompt()
        #expect(await pseudo.waitFor("> "))
        try pseudo.type("echo first \\\r")
        #expect(await pseudo.waitFor("…>"))
        try pseudo.type("\u{3}")
        #expect(await pseudo.waitFor("^C"))
        try pseudo.type("echo second\r")
        #expect(await pseudo.waitFor("\nsecond\r\n"), "\(pseudo.text)")
        try pseudo.type("quit\r")
        #expect(await status == 0)
        #expect(host.texts(of: "echo") == ["second"])
    }
}
