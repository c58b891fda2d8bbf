import TestSupport
import Testing
import Vocabulary

@testable import Scripting

@Suite("expect exit, log and http", .timeLimit(.minutes(4)))
struct ExpectSubjectTests {
    @Test("the end of a job is waited for, and ends nothing else")
    func exit() async throws {
        let run = try await ScriptRun.make(
            "start a exit 3\nexpect exit == 3 from=a as=x\necho $x.name $x.status\nsleep 20ms\nstart b true\nexpect exit from=b\necho $last.text"
        )
        #expect(run.failure == nil && run.printed == ["a 3", "0"], "\(run.failure?.message ?? "")")
    }

    @Test("an end that does not pass, and one that never comes")
    func unmet() async throws {
        let other = try await ScriptRun.make("start a exit 3\nexpect exit == 0 within=200ms")
        #expect(other.failure?.code == .mismatch && other.failure?.notes.first?.text == "nearest: \"3\"")
        let none = try await ScriptRun.make("start a sleep 30\nexpect exit from=a within=50ms")
        #expect(none.failure?.code == .timeout)
    }

    @Test("lines of a job: each is passed once, from=start looks back")
    func log() async throws {
        let run = try await ScriptRun.make(
            "start a \"echo one; echo two; echo three; sleep 30\"\nexpect log contains two from=a\nexpect log contains three\ntry expect log contains one within=50ms\necho $error.code\nexpect log == one from=start,a as=l\necho $l.name: $l.text"
        )
        #expect(run.failure == nil && run.printed == ["timeout", "a: one"], "\(run.failure?.message ?? "")")
    }

    @Test("a line that comes in pieces is one line")
    func pieces() async throws {
        let run = try await ScriptRun.make(
            "start a \"printf rea; sleep 0.1; echo dy; sleep 30\"\nexpect log == ready within=20s")
        #expect(run.failure == nil)
    }

    @Test("a job that dies ends the wait for its log; a job that is not there is a mistake")
    func dead() async throws {
        let run = try await ScriptRun.make("start a \"echo x; exit 1\"\nexpect log contains never within=20s")
        #expect(run.failure?.code == .jobDied)
        let none = try await ScriptRun.make("expect log contains x within=20s")
        #expect(none.failure?.message == "no job was started: there is no log")
    }

    @Test("exchanges with HTTP servers, and their absence")
    func http() async throws {
        let host = FakeHost()
        let script =
            "emit\nexpect http matches /POST (?<path>\\S+) 200/ as=h\necho $h.path\nexpect no http for=20ms\ntry expect http contains GET from=start within=20ms\necho $error.message"
        let catalogue =
            ScriptRun.catalogue + [
                FakeCommand("emit") { _, script in
                    await script.emit(
                        LogEvent(
                            LogEvent.httpName,
                            ["method": .text("POST"), "path": .text("/vms"), "status": .number(200)],
                            role: .record))
                    return [:]
                }
            ]
        let run = try await ScriptRun.make(script, host: host, catalogue: catalogue)
        #expect(run.printed == ["/vms", "1 http came within 20ms, none contains \"GET\""])
    }

    @Test("settled: more that comes counts, and moves the cursor")
    func settled() async throws {
        let run = try await ScriptRun.make(
            "start a \"echo one; sleep 0.1; echo two; sleep 30\"\nexpect log contains one settled=600ms as=l\necho $l.text\nexpect no log for=20ms"
        )
        #expect(run.failure == nil && run.printed == ["two"], "\(run.failure?.message ?? "")")
    }

    @Test(
        "what has no effect is refused",
        arguments: [
            "expect no log settled=1s", "expect $x == 1 settled=1s", "expect log from=a,b",
            "expect exit for=1s",
            "expect http from=x",
        ])
    func mistakes(line: String) {
        #expect(!ScriptRun.problems("let x=1\n" + line).isEmpty)
    }

    @Test("a failure tells what happened meanwhile")
    func meanwhile() async throws {
        let run = try await ScriptRun.make(
            "start a true\nexpect log contains never within=100ms")
        #expect(run.failure?.code == .timeout)
        let trail = run.interpreter.trail
        #expect(trail.meanwhile(since: 0).contains { $0.hasSuffix("job a started") })
    }
}
