import Foundation
import Scripting
import TestSupport
import Testing
import Vocabulary

@testable import PikaShell

@Suite("a run and its status", .timeLimit(.minutes(4)))
struct ScriptRunnerTests {
    private let host = FakeHost()
    private let interrupts = Interrupts()

    private func run(
        _ manner: ScriptRunner.Manner = .script, limit: Duration? = nil, on other: FakeHost? = nil,
        _ body: @escaping @Sendable (Interpreter) async throws -> Void
    ) async throws -> Int32 {
        let piped = try PipedTerminal()
        let runner = ScriptRunner(
            interpreter: Interpreter(host: other ?? host, catalogue: .general, inputs: Inputs()),
            interrupts: interrupts, manner: manner)
        let status = await runner.run(limit: limit, body)
        _ = await piped.finish()
        return status
    }

    private func run(_ manner: ScriptRunner.Manner = .script, script text: String) async throws -> Int32 {
        let script = try CheckedScript.make(Source(name: "t", text: text), catalogue: .general).get()
        return try await run(manner) { try await $0.execute(script) }
    }

    @Test(
        "the status is that of what failed",
        arguments: [
            ("echo fine", 0), ("fail oops", 1), ("require file:/nonexistent/x", 3),
            ("soft fail oops\necho on", 1),
            ("skip reason\nfail oops", 0), ("quit\nfail oops", 0), ("try fail oops", 0),
            ("defer fail oops", 6), ("defer fail oops\nfail first", 6), ("defer echo bye\nfail oops", 1),
        ])
    func status(script: String, expected: Int32) async throws {
        #expect(try await run(script: script) == expected)
    }

    @Test("a failure of each code", arguments: FailureCode.standard)
    func codes(code: FailureCode) async throws {
        #expect(try await run { _ in throw Failure(code, "oops") } == code.exitStatus)
    }

    @Test("what is left running outweighs the failure, and is reported last")
    func leak() async throws {
        host.ends(with: Conclusion(failures: [Failure(.leak, "vm-1 stays")], hints: ["look"]))
        #expect(try await run(script: "fail oops") == 6)
        #expect(host.texts(of: "fail").last == "error: vm-1 stays")
        #expect(host.texts(of: "hint") == ["look"])
        host.ends(with: Conclusion())
        #expect(try await run { _ in throw Failure(.leak, "left") } == 6)
    }

    @Test("a signal is the status, whatever the run came to", arguments: [SIGINT, SIGTERM, SIGHUP])
    func signal(number: Int32) async throws {
        let interrupts = interrupts
        #expect(
            try await run { _ in
                interrupts.deliver(number)
                try Task.checkCancellation()
            } == 128 + number)
        #expect(
            host.texts(of: "notice").first?.hasPrefix(
                number == SIGINT ? "interrupted: cleaning up" : "ended by signal \(number): cleaning up")
                == true)
        #expect(host.texts(of: "fail").isEmpty)
        #expect(try await run { _ in interrupts.deliver(number) } == 128 + number)
        #expect(
            try await run { _ in
                interrupts.deliver(number)
                throw Diagnostic(.mismatch, "wrong", nil)
            } == 128 + number)
        #expect(host.texts(of: "fail").count == 1)
    }

    @Test("a signal that comes with the very first line is the run's, and nobody else's")
    func early() async throws {
        let (idle, continuation) = AsyncStream<Int32>.makeStream()
        let interrupts = Interrupts(whenIdle: { continuation.yield($0) })
        let piped = try PipedTerminal()
        for _ in 0..<300 {
            let runner = ScriptRunner(
                interpreter: Interpreter(host: host, catalogue: .general, inputs: Inputs()),
                interrupts: interrupts, manner: .script)
            #expect(await runner.run { _ in interrupts.deliver(SIGTERM) } == 143)
        }
        continuation.finish()
        for await number in idle { Issue.record("\(number) came before the run could take it") }
        _ = await piped.finish()
    }

    @Test("what an interruption makes fail is no failure of its own, but a leak is")
    func interrupted() async throws {
        let interrupts = interrupts
        #expect(
            try await run { _ in
                interrupts.deliver(SIGINT)
                throw Failure(.unreachable, "gone", hints: ["advice"])
            } == 130)
        #expect(host.texts(of: "fail").isEmpty && host.texts(of: "hint") == ["advice"])
        #expect(
            try await run { _ in
                interrupts.deliver(SIGINT)
                throw Failure(.leak, "vm-1 stays")
            } == 6)
        #expect(host.texts(of: "fail") == ["error[leak]: vm-1 stays"])
    }

    @Test("a leak outweighs a signal")
    func leakAndSignal() async throws {
        let interrupts = interrupts
        host.ends(with: Conclusion(failures: [Failure(.leak, "vm-1 stays")]))
        #expect(try await run { _ in interrupts.deliver(SIGTERM) } == 6)
    }

    @Test("where a script was interrupted is told")
    func place() async throws {
        let interrupts = interrupts
        let script = try CheckedScript.make(
            Source(name: "t", text: "echo a\necho b"), catalogue: .general
        ).get()
        _ = try await run {
            interrupts.deliver(SIGINT)
            try await $0.execute(script)
        }
        #expect(host.texts(of: "notice").last == "interrupted at t:1")
    }

    @Test("what was deferred runs once, after a signal too, and the second signal skips it by force")
    func force() async throws {
        let (ends, end) = AsyncStream<(Int32, [String])>.makeStream()
        let interrupts = Interrupts(forcedEnd: { end.yield(($0, $1)) })
        let piped = try PipedTerminal()
        let runner = ScriptRunner(
            interpreter: Interpreter(host: host, catalogue: .general, inputs: Inputs()),
            interrupts: interrupts, manner: .script)
        let script = try CheckedScript.make(
            Source(name: "t", text: "defer echo bye"), catalogue: .general
        ).get()
        let status = await runner.run {
            try await $0.execute(script)
            interrupts.deliver(SIGINT)
            interrupts.deliver(SIGTERM)
            for await (status, commands) in ends {
                #expect(status == FailureCode.leak.exitStatus && commands == ["rm vm vm-1"])
                break
            }
        }
        #expect(status == 130 && host.hasKilled)
        #expect(host.texts(of: "echo") == ["bye"])
        _ = await piped.finish()
    }

    @Test("signals are nobody's once the run is over")
    func afterwards() async throws {
        let (idle, continuation) = AsyncStream<Int32>.makeStream()
        let interrupts = Interrupts(whenIdle: { continuation.yield($0) })
        let piped = try PipedTerminal()
        let shell = Shell(
            catalogue: .general, host: host, terminal: piped.terminal, interrupts: interrupts)
        #expect(await shell.run(line: "echo a") == 0)
        interrupts.deliver(SIGHUP)
        for await number in idle {
            #expect(number == SIGHUP)
            break
        }
        _ = await piped.finish()
    }

    @Test("a run that takes too long is a timeout that names its limit; another wait's limit is its own")
    func limit() async throws {
        let clock = ManualClock()
        let host = FakeHost(clock: clock)
        async let status = run(limit: .seconds(5), on: host) { _ in
            try await clock.sleep(until: clock.now.advanced(by: .seconds(1000)), tolerance: nil)
        }
        await clock.pauses(2, of: .seconds(5), orUpTo: .seconds(1000))
        clock.advance(by: .seconds(5))
        #expect(try await status == 5)
        #expect(host.texts(of: "fail").count == 1 && host.texts(of: "fail")[0].contains("--max-time"))
        let other = FakeHost()
        #expect(
            try await run(limit: .seconds(50), on: other) { _ in throw DeadlineExceeded(limit: .seconds(7)) }
                == 5)
        #expect(other.texts(of: "fail") == ["error[timeout]: nothing within 7s"])
    }

    @Test("only a script is told what nobody would see to; a conversation fails without a place")
    func manners() async throws {
        #expect(try await run(.script, script: "fail oops") == 1)
        #expect(try await run(.prompt, script: "fail oops") == 1)
        #expect(try await run(.conversation, script: "fail oops") == 1)
        #expect(host.wasScript == [true, false, false])
        let texts = host.texts(of: "fail")
        #expect(texts.prefix(2).allSatisfy { $0.contains("t:1") } && texts.last == "error: oops", "\(texts)")
    }
}
