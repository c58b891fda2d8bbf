import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import Scripting

@Suite("Attempts — timeout, within, every, stable", .timeLimit(.minutes(4)))
struct AttemptsTests {
    /// Counts its runs and answers by their number.
    private static func counting(
        _ repetition: Repetition = .repeatable, _ body: @escaping @Sendable (Int) async throws -> Void
    ) -> (command: FakeCommand, count: @Sendable () -> Int) {
        let runs = Runs()
        let command = FakeCommand("t") { _, _ in
            try await body(runs.next())
            return [:]
        }.described { $0.repetition = repetition }
        return (command, { runs.count })
    }

    private final class Runs: Sendable {
        private let number = Mutex(0)
        var count: Int { number.withLock { $0 } }
        func next() -> Int {
            number.withLock {
                $0 += 1
                return $0
            }
        }
    }

    private func run(_ line: String, _ command: FakeCommand, _ clock: ManualClock, turns: [Duration])
        async throws -> ScriptRun
    {
        let work = Task {
            try await ScriptRun.make(
                line, host: FakeHost(clock: clock), catalogue: ScriptRun.catalogue + [command])
        }
        for turn in turns {
            await clock.pause(of: turn, orUpTo: turn)
            clock.advance(by: turn)
        }
        return try await work.value
    }

    @Test("within= tries again after what can heal, with pauses, until it succeeds")
    func within() async throws {
        let (command, count) = Self.counting { if $0 < 3 { throw Failure(.unreachable, "not yet") } }
        let run = try await run(
            "t within=20s every=2s as=r\necho $r.tries $r.ms", command, ManualClock(),
            turns: [.seconds(2), .seconds(2)])
        #expect(count() == 3 && run.printed == ["3 4000"], "\(run.printed)")
    }

    private static func rateLimited() -> Failure {
        var failure = Failure(.protocolError, "rate-limited: slow down", isRetryable: true)
        failure.isRateLimited = true
        return failure
    }

    @Test("who asks for fewer tries is tried after longer and longer pauses, up to some seconds")
    func rateLimit() async throws {
        let (command, count) = Self.counting { if $0 < 8 { throw Self.rateLimited() } }
        let run = try await run(
            "t within=60s", command, ManualClock(),
            turns: [.milliseconds(500)] + [1, 2, 4, 8, 8, 8].map(Duration.seconds))
        #expect(run.failure == nil && count() == 8)
    }

    @Test(
        "the pauses are short enough for some tries within the limit, and short again after another failure")
    func shortRateLimit() async throws {
        let (command, count) = Self.counting { number in
            if number == 4 { throw Failure(.unreachable, "gone") }
            if number < 6 { throw Self.rateLimited() }
        }
        let run = try await run(
            "t within=4s", command, ManualClock(),
            turns: [500, 1000, 1000, 500, 500].map(Duration.milliseconds))
        #expect(run.failure == nil && count() == 6)
    }

    @Test("every= says how often whoever asks for fewer tries is tried all the same")
    func everyBesideRateLimit() async throws {
        let (command, count) = Self.counting { if $0 < 4 { throw Self.rateLimited() } }
        let run = try await run(
            "t within=20s every=1s", command, ManualClock(), turns: [1, 1, 1].map(Duration.seconds))
        #expect(run.failure == nil && count() == 4)
    }

    @Test(
        "what cannot heal ends at once",
        arguments: ["auth", "quota", "mismatch", "usage", "require", "timeout"])
    func permanent(code: String) async throws {
        let failing = FailureCode.standard.first { $0.name == code } ?? .leak
        let (command, count) = Self.counting { _ in throw Failure(failing, "no") }
        let run = try await run("t within=20s", command, ManualClock(), turns: [])
        #expect(count() == 1 && run.failure?.code == failing)
    }

    @Test("what creates is tried again only when that does nothing twice")
    func creating() async throws {
        let (unclear, unclearCount) = Self.counting(.onlyWithoutEffect) { _ in
            throw Failure(.unreachable, "unclear")
        }
        #expect(
            try await run("t within=20s", unclear, ManualClock(), turns: []).failure?.message == "unclear")
        #expect(unclearCount() == 1)
        let (safe, safeCount) = Self.counting(.onlyWithoutEffect) {
            if $0 == 1 { throw Failure(.unreachable, "refused", isSafeToRepeat: true) }
        }
        #expect(
            try await run("t within=20s", safe, ManualClock(), turns: [.milliseconds(500)]).failure == nil)
        #expect(safeCount() == 2)
    }

    @Test("the time runs out with the last failure, and says how often it was tried")
    func exhausted() async throws {
        let (command, _) = Self.counting { _ in throw Failure(.notReady, "booting") }
        let clock = ManualClock()
        async let running = run(
            "t within=1s every=400ms", command, clock, turns: [.milliseconds(400), .milliseconds(400)])
        // The limit, and the pause after the third try.
        await clock.pauses(2, of: .milliseconds(200), orUpTo: .milliseconds(400))
        clock.advance(by: .milliseconds(200))
        let run = try await running
        #expect(
            run.failure?.code == .notReady && run.failure?.message == "booting (3 tries within 1s)",
            "\(run.failure?.message ?? "")")
    }

    @Test("timeout= limits one try; beside within= the next one follows")
    func timeout() async throws {
        let clock = ManualClock()
        let (hanging, _) = Self.counting { _ in
            try await clock.sleep(until: clock.now.advanced(by: .seconds(3600)), tolerance: nil)
        }
        let once = try await run("t timeout=3s", hanging, clock, turns: [.seconds(3)])
        #expect(once.failure?.code == .timeout && once.failure?.message.contains("timeout=3s") ?? false)
        let other = ManualClock()
        let (second, count) = Self.counting {
            if $0 == 1 {
                try await other.sleep(until: other.now.advanced(by: .seconds(3600)), tolerance: nil)
            }
        }
        let run = try await run(
            "t timeout=3s within=20s", second, other, turns: [.seconds(3), .milliseconds(500)])
        #expect(run.failure == nil && count() == 2)
    }

    @Test("within= of a command that waits by itself is its own business")
    func waiting() async throws {
        let clock = ManualClock()
        let (command, count) = Self.counting(.waits) { _ in
            // Longer than the limit, in two parts: the command, not the limit, decides when it is over.
            for _ in 0..<2 {
                try await clock.sleep(until: clock.now.advanced(by: .seconds(3)), tolerance: nil)
            }
        }
        let run = try await run("t within=2s", command, clock, turns: [.seconds(3), .seconds(3)])
        #expect(run.failure == nil && count() == 1, "\(run.failure?.message ?? "")")
    }

    @Test("stable= wants every try of that time to succeed")
    func stable() async throws {
        let (steady, count) = Self.counting { _ in }
        let run = try await run(
            "t stable=1s every=500ms", steady, ManualClock(), turns: [.milliseconds(500), .milliseconds(500)])
        #expect(run.failure == nil && count() == 3)
        let (flickering, _) = Self.counting { if $0 == 2 { throw Failure(.unreachable, "gone") } }
        let broken = try await self.run("t stable=1s", flickering, ManualClock(), turns: [.milliseconds(500)])
        #expect(broken.failure?.message == "gone")
    }

    @Test(
        "limits that would have no effect, or would do something twice, are refused",
        arguments: [
            ("echo-like", Repetition.instant, "within=1s", "no effect"),
            ("w", .waits, "stable=1s", "no effect"),
            ("c", .onlyWithoutEffect, "stable=1s", "cannot be repeated"),
            ("n", .never, "within=1s", "cannot be repeated"),
            ("n", .never, "stable=1s", "cannot be repeated"), ("i", .instant, "timeout=1s", "no effect"),
            ("r", .repeatable, "every=1s", "without within="),
            ("r", .repeatable, "within=1s within=2s", "given twice"),
            ("r", .repeatable, "within=", "within= is empty"), ("r", .repeatable, "within=soon", "a time"),
        ] as [(String, Repetition, String, String)])
    func refused(name: String, repetition: Repetition, words: String, part: String) {
        let command = FakeCommand(name).described { $0.repetition = repetition }
        let problems = ScriptRun.problems("\(name) \(words)", catalogue: ScriptRun.catalogue + [command])
        #expect(problems.contains { $0.contains(part) }, "\(problems)")
    }
}
