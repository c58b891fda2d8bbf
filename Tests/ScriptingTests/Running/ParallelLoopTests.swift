import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import Scripting

@Suite("for with jobs=", .timeLimit(.minutes(4)))
struct ParallelLoopTests {
    /// A command that waits until so many run at the same time.
    private static func meeting(of count: Int) -> CommandCatalogue {
        let arrived = Mutex(0)
        return ScriptRun.catalogue + [
            FakeCommand("meet") { _, _ in
                arrived.withLock { $0 += 1 }
                while arrived.withLock({ $0 }) < count { await Task.yield() }
                return [:]
            }
        ]
    }

    @Test("bodies run at the same time, with variables of their own")
    func together() async throws {
        let run = try await ScriptRun.make(
            "let x=before\nfor i in 1..3 jobs=3\n  let x=$i\n  meet\n  echo $i $x\nend\necho $x",
            catalogue: Self.meeting(of: 3))
        #expect(run.failure == nil && run.printed.dropLast().sorted() == ["1 1", "2 2", "3 3"])
        #expect(run.printed.last == "before")
    }

    @Test("no more than were asked for")
    func bounded() async throws {
        let now = Mutex(0)
        let most = Mutex(0)
        let catalogue =
            ScriptRun.catalogue + [
                FakeCommand("count") { _, _ in
                    let running = now.withLock {
                        $0 += 1
                        return $0
                    }
                    most.withLock { $0 = max($0, running) }
                    // Two do meet, however busy the machine is; a third would have time to join them.
                    while most.withLock({ $0 }) < 2 { await Task.yield() }
                    for _ in 0..<100 { await Task.yield() }
                    now.withLock { $0 -= 1 }
                    return [:]
                }
            ]
        let run = try await ScriptRun.make("for i in 1..20 jobs=2\n  count\nend", catalogue: catalogue)
        #expect(run.failure == nil && most.withLock { $0 } == 2)
    }

    @Test("events say which body they come from; nested bodies, too")
    func branches() async throws {
        let run = try await ScriptRun.make(
            "for p in fly workers jobs=2\n  for n in 1 2 jobs=2\n    echo x\n  end\nend\necho y")
        let branches = run.host.events.filter { $0.name == "echo" }.map { $0.branch ?? "" }
        #expect(branches.sorted() == ["", "fly.1", "fly.2", "workers.1", "workers.2"])
        let numbered = try await ScriptRun.make("for p in \"a b\" \"a b\" jobs=2\n  echo x\nend")
        #expect(
            numbered.host.events.filter { $0.name == "echo" }.compactMap(\.branch).sorted() == ["1", "2"])
    }

    @Test("the first failure ends the others in order and lets no other begin; cleanup runs")
    func failure() async throws {
        let run = try await ScriptRun.make(
            "for i in 1..9 jobs=2\n  if $i == 1\n    sleep 50s\n  end\n  defer echo cleaned $i\n  if $i == 2: fail oops\n  echo ran $i\nend\necho never"
        )
        #expect(run.failure?.message == "oops" && run.printed == ["cleaned 2"])
    }

    @Test("with keep-going all run; the first failure counts, the others are told")
    func keepGoing() async throws {
        for jobs in ["jobs=1 ", ""] {
            let run = try await ScriptRun.make(
                "for i in 1..4 \(jobs)keep-going\n  if $i == 2: fail two\n  if $i == 3: fail three\n  echo $i\nend\necho never"
            )
            #expect(run.failure?.message == "two" && run.printed == ["1", "4"])
            #expect(run.host.events.filter { $0.name == "fail" }.count == 1)
        }
    }

    @Test("a skip in one body ends the script")
    func skip() async throws {
        let run = try await ScriptRun.make("for i in 1..4 jobs=2\n  skip enough\nend\necho never")
        #expect(run.end == .skipped(why: "enough") && run.printed.isEmpty)
    }

    @Test("soft failures and hints are the run's")
    func shared() async throws {
        let run = try await ScriptRun.make("for i in 1..3 jobs=3\n  soft fail $i\n  hint h$i\nend")
        #expect(await run.interpreter.softFailures.count == 3)
        #expect(await run.interpreter.hints.count == 3)
    }

    @Test(
        "mistakes",
        arguments: [
            ("for i in a b jobs=0\nend", "jobs=0 is not a whole number"),
            ("for i in a b jobs=x\nend", "jobs=x is not"),
            ("for i in a jobs=2 jobs=3\nend", "jobs=2 is given twice"),
            ("for i in a b job=2\nend", "for takes values only, not job="),
            ("for i in 1..2 jobs=2\n  let x=1\nend\necho $x", "$x is not defined"),
        ])
    func mistakes(script: String, message: String) {
        #expect(ScriptRun.problems(script).contains { $0.contains(message) }, "\(ScriptRun.problems(script))")
    }

    @Test("a number of jobs that only the run knows")
    func variable() async throws {
        let run = try await ScriptRun.make("let n=x\nfor i in a b jobs=$n\n  echo $i\nend")
        #expect(run.failure?.code == .usage && run.printed.isEmpty)
    }

    @Test(
        "a failure outweighs a skip or quit of another turn, and is not forgotten because of it",
        arguments: [
            "for n in 1 2 keep-going\n  if $n == 2: quit\n  fail first\nend",
            "for n in 1 2 keep-going\n  if $n == 2: skip later\n  fail first\nend",
            "for n in 1 2 jobs=2 keep-going\n  if $n == 1: skip later\n  fail first\nend",
            "for n in 1 2 jobs=1 keep-going\n  if $n == 1: quit\n  fail first\nend",
        ])
    func endsAndFailures(script: String) async throws {
        let run = try await ScriptRun.make(script)
        #expect(run.failure?.message == "first" && run.end == nil)
    }

    @Test("the turn that failed is named; a skip alone is one")
    func namedTurn() async throws {
        let failed = try await ScriptRun.make("for n in xx yy jobs=1\n  if $n == yy: fail no\nend")
        #expect(failed.failure?.notes.map(\.text) == ["in the turn yy"])
        #expect(try await ScriptRun.make("for n in 1 2 jobs=2\n  skip a\nend").end == .skipped(why: "a"))
    }

    @Test("names of background commands are each turn's own")
    func backgrounds() async throws {
        let run = try await ScriptRun.make(
            "for n in a b jobs=2\n  background w: ok $n\n  wait w as=r\n  echo $r.id\nend")
        #expect(run.failure == nil && run.printed.sorted() == ["a", "b"])
    }

    @Test("a session of one turn can be named behind the loop")
    func sessionOfTurn() {
        let catalogue =
            ScriptRun.catalogue + [
                FakeCommand("open").described { $0.naming = Naming("session", creates: true) }
            ]
        let loop = "for n in xx yy jobs=2\n  open a\nend\n"
        #expect(ScriptRun.problems(loop + "in a@xx: ok", catalogue: catalogue).isEmpty)
        #expect(!ScriptRun.problems(loop + "in b@xx: ok", catalogue: catalogue).isEmpty)
    }
}
