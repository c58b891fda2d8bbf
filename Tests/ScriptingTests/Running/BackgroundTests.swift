import TestSupport
import Testing
import Vocabulary

@testable import Scripting

@Suite("background and wait", .timeLimit(.minutes(4)))
struct BackgroundTests {
    @Test("it runs beside what follows; wait takes its result")
    func result() async throws {
        let run = try await ScriptRun.make(
            "let x=1\nbackground b: sh while [ ! -e \(directory.file("flag")) ]; do sleep 0.01; done; echo done $x as=r\nlet x=2\nsh touch \(directory.file("flag"))\nwait b as=r\necho $r.text $r.status $x\nsh rm \(directory.file("flag"))"
        )
        #expect(run.failure == nil && run.printed == ["done 1 0 2"], "\(run.failure?.message ?? "")")
        #expect(run.host.events.contains { $0.branch == "b" })
    }

    private let directory = TemporaryDirectory()

    /// Waits until a background command has failed.
    private static let catalogue =
        ScriptRun.catalogue + [
            FakeCommand("until-failure") { _, script in
                let isThere = { (entry: EventTrail.Entry) in
                    entry.record.event.fields["code"] == .text("timeout")
                }
                while !script.trail.entries(from: 0).contains(where: isThere) { await Task.yield() }
                return [:]
            }
        ]

    @Test("a failure is that of the wait, once; without one it fails the run at its end")
    func failure() async throws {
        let run = try await ScriptRun.make("background b: bad timeout\ntry wait b\necho $error.code\necho on")
        #expect(run.printed == ["timeout", "on"])
        #expect(await run.interpreter.softFailures.isEmpty)
        let unseen = try await ScriptRun.make(
            "background b: bad timeout\nuntil-failure\necho on", catalogue: Self.catalogue)
        #expect(unseen.printed == ["on"])
        #expect(await unseen.interpreter.softFailures.map(\.code) == [.timeout])
    }

    @Test("one that still runs at the end is ended, and that is no failure")
    func ended() async throws {
        let run = try await ScriptRun.make("background b: sleep 60s\necho on")
        #expect(run.failure == nil && run.cleanup.isEmpty)
        #expect(await run.interpreter.softFailures.isEmpty)
    }

    @Test("a limit ends the wait and not the command")
    func limit() async throws {
        let run = try await ScriptRun.make(
            "background b: sleep 200ms\ntry wait b timeout=10ms\necho $error.code\nwait b\necho done")
        #expect(run.failure == nil && run.printed == ["timeout", "done"], "\(run.failure?.message ?? "")")
    }

    @Test("sessions: that of the moment, whatever is in use later")
    func session() async throws {
        let run = try await ScriptRun.make("switch a\nbackground b: where\nswitch b\nwait b")
        #expect(run.host.events.filter { $0.text == "in a" }.count == 1)
    }

    @Test("a name that runs already, and mistakes")
    func mistakes() async throws {
        let twice = try await ScriptRun.make("let n=b\nbackground $n: sleep 60s\nbackground $n: sleep 1s")
        #expect(twice.failure?.message == "there is a background b already")
        for (line, part) in [
            ("wait b", "there is no background b"), ("background b echo x", "needs a colon"),
            ("background a b: echo x", "background is written"),
            ("background b: echo x\nwait b\nwait b", "there is no background b"),
            ("background b: let x=1\necho $x", "$x is not defined"),
        ] {
            #expect(
                ScriptRun.problems(line).contains { $0.contains(part) },
                "\(line): \(ScriptRun.problems(line))")
        }
    }

    @Test(
        "at the end nothing runs beside anything, and nothing is waited for",
        arguments: ["defer background q: ok", "background q: ok\ndefer wait q"])
    func deferredBackground(script: String) {
        #expect(ScriptRun.problems(script).count == 1)
    }

    @Test("one that nobody waits for and that still runs is told at the end")
    func cutShort() async throws {
        let run = try await ScriptRun.make("background j: sleep 60s\necho done")
        let warnings = run.host.events.filter { $0.role == .warning }.map(\.text)
        #expect(run.failure == nil && warnings.count == 1 && warnings[0].contains("`wait j`"))
    }
}
