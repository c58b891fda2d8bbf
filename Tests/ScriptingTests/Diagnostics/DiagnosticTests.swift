import Testing
import Vocabulary

@testable import Scripting

@Suite("what a diagnostic says of itself")
struct DiagnosticTests {
    @Test(
        "every code has its exit status",
        arguments: [
            ("mismatch", 1), ("usage", 2), ("require", 3), ("auth", 4), ("quota", 4), ("unreachable", 4),
            ("not-ready", 4),
            ("protocol", 4), ("job-died", 4), ("timeout", 5), ("leak", 6), ("cancelled", 130),
        ] as [(String, Int32)])
    func statuses(name: String, status: Int32) throws {
        let code = try #require(FailureCode.standard.first { $0.name == name })
        var diagnostic = Diagnostic(code, "x", nil)
        #expect(diagnostic.exitStatus == status)
        // Status 2 means that nothing ran.
        diagnostic.isAfterStart = true
        #expect(diagnostic.exitStatus == (name == "usage" ? 1 : status))
        #expect(diagnostic.isRetryable == ["unreachable", "not-ready"].contains(name))
        #expect(diagnostic.failure.isRetryable == diagnostic.isRetryable)
    }

    @Test("its place, with the step")
    func place() {
        let range = SourceRange(source: Source(name: "x.pika", text: "a\nb"), line: 2, column: 1, length: 1)
        #expect(Diagnostic(.usage, "x", range).place == "x.pika:2")
        #expect(Diagnostic(.usage, "x", range, step: "Chat").place == "x.pika:2 (step \"Chat\")")
        #expect(Diagnostic(.usage, "x", nil, step: "Chat").place == "")
        let failure = Diagnostic(.timeout, "late", range, notes: ["one"]).failure
        #expect(failure.code == .timeout && failure.message == "late" && failure.hints == ["one"])
    }

    @Test("a leak is told even when somebody has interrupted; anything else is the interruption then")
    func interrupted() async throws {
        for (code, seen) in [(FailureCode.leak, "leak"), (.timeout, "cancelled")] {
            let command = FakeCommand("t") { _, _ in
                withUnsafeCurrentTask { $0?.cancel() }
                throw Failure(code, "left")
            }
            let work = Task {
                try await ScriptRun.make("t", catalogue: ScriptRun.catalogue + [command])
            }
            #expect(try await work.value.failure?.code.name == seen)
        }
    }

    @Test("a deferred command that finds its work done is no leak; one that fails is, with its advice")
    func deferred() async throws {
        let done = FakeCommand("done") { _, _ in throw NothingToDo(Failure(.usage, "gone already")) }
        let run = try await ScriptRun.make(
            "defer done\ndefer bad timeout\necho x\nbad auth", catalogue: ScriptRun.catalogue + [done])
        #expect(run.failure?.code == .auth && run.cleanup.map(\.code) == [.leak])
        #expect(run.cleanup.first?.exitStatus == 6)
        #expect(run.cleanup.first?.notes.last?.text == "this was deferred; it ran at the end")
        let prompt = try await ScriptRun.make("done", catalogue: ScriptRun.catalogue + [done])
        #expect(prompt.failure?.code == .usage)
    }
}
