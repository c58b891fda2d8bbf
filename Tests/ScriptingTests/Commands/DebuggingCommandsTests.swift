import Foundation
import TestSupport
import Testing
import Vocabulary

@testable import Scripting

@Suite("commands for looking at a run", .timeLimit(.minutes(4)))
struct DebuggingCommandsTests {
    private func results(_ run: ScriptRun) -> [String] {
        run.host.events.filter { $0.name == "result" }.map(\.text)
    }

    // MARK: trace and show

    @Test("trace sets channels, and tells what is on")
    func trace() async throws {
        let run = try await ScriptRun.make("trace http relay full\ntrace jobs\ntrace http off\ntrace")
        #expect(results(run) == ["http  off\nrelay  full\nmls  off\njobs  on"])
    }

    @Test(
        "words that mean nothing are found before the start",
        arguments: [("trace htp", "did you mean http?"), ("trace http loud", "known: ")])
    func traceMistakes(line: String, hint: String) {
        let problems = ScriptRun.problems(line)
        #expect(problems.count == 1 && problems[0].contains(hint), "\(problems)")
    }

    @Test("trace full alone, and a level before a channel, are mistakes of the run")
    func traceOrder() async throws {
        for line in ["trace full", "trace off http"] {
            #expect(try await ScriptRun.make(line).failure?.code == .usage, "\(line)")
        }
    }

    @Test(
        "--trace takes the same words", arguments: [("http,mls", "on"), ("http=full", "full"), ("all", "on")])
    func option(text: String, detail: String) throws {
        let log = EventLog()
        try log.trace.apply(option: text)
        #expect(log.trace.detail(of: .http).rawValue == detail)
        #expect(throws: Failure.self) { try log.trace.apply(option: "nothing") }
        #expect(throws: Failure.self) { try log.trace.apply(option: "") }
    }

    @Test("show opens what has a number, or an id, with its body and without what it must not show")
    func show() async throws {
        let host = FakeHost()
        host.log.masking.add("topsecret")
        let number = host.log.trace.add(
            .http, "→ GET /a", fields: [("accept", "topsecret")], body: "hello\u{1b}[2J")
        host.log.trace.add(.http, "← 200", number: number)
        host.log.trace.add(.relay, "→ EVENT", ids: ["abcdef0123"])
        let run = try await ScriptRun.make("show \(number)\nshow #1\nshow abcdef\nshow", host: host)
        let shown = results(run)
        #expect(run.failure == nil && shown.count == 4 && shown[0] == shown[1])
        #expect(shown[0].contains("→ GET /a") && shown[0].contains("← 200") && shown[0].contains("hello␛[2J"))
        #expect(!shown[0].contains("topsecret") && shown[2].contains("→ EVENT"))
        #expect(shown[3].split(separator: "\n").count == 3)
    }

    @Test(
        "what is not there is said", arguments: ["show 99", "show abcdef01", "show xyz", "show ab"])
    func showMistakes(line: String) async throws {
        #expect(try await ScriptRun.make(line).failure?.code == .usage)
    }

    @Test("what a job prints is in the trace, line by line, without secrets")
    func jobs() async throws {
        let host = FakeHost()
        host.log.masking.add("topsecret")
        let run = try await ScriptRun.make(
            "trace jobs\nstart j printf 'one\\ntopsec'; sleep 0.01; printf 'ret\\nend\\n'\nexpect log contains end from=j within=20s",
            host: host)
        #expect(run.failure == nil)
        let told = run.host.events.filter { $0.name == "trace" }.map(\.text)
        #expect(told.contains { $0.hasPrefix("← j: one  #") }, "\(told)")
        #expect(
            told.contains { $0.hasPrefix("← j: \(Masking.replacement)") }
                && !told.contains { $0.contains("topsec") })
    }

    // MARK: timeline, deferred, set

    @Test("timeline tells this run, a number of commands, and writes a page once")
    func timeline() async throws {
        let host = FakeHost()
        let path = host.file("run.html")
        let run = try await ScriptRun.make(
            "ok a\nok b\ntimeline\ntimeline 1\ntimeline html=\(path)\ntimeline html=\(path)",
            host: host)
        #expect(run.failure?.code == .usage && run.failure?.message.contains("exists already") ?? false)
        #expect(results(run)[0].contains("1: ok") && results(run)[0].contains("2: ok"))
        #expect(try String(contentsOfFile: path, encoding: .utf8).hasPrefix("<!doctype html>"))
        #expect(try await ScriptRun.make("timeline session=nobody").failure?.code == .usage)
        #expect(try await ScriptRun.make("timeline 0").failure?.code == .usage)
    }

    @Test("deferred lists what runs at the end, in its order")
    func deferred() async throws {
        let run = try await ScriptRun.make(
            "defer echo a\nswitch a\ndefer echo b\ndeferred as=d\necho $d.count")
        #expect(results(run)[0] == "echo b  (session a)\necho a  (session main)")
        #expect(run.printed.first == "2")
        #expect(try await results(ScriptRun.make("deferred")) == ["nothing is deferred"])
    }

    @Test("set changes the limit of a command where its line gives none")
    func limits() async throws {
        let run = try await ScriptRun.make("set timeout.sleep 20ms\nset\nsleep 60s")
        #expect(results(run)[0].contains("timeout.sleep 20ms") && run.failure?.code == .timeout)
        let own = try await ScriptRun.make("set timeout.sleep 60s\nsleep 60s timeout=20ms")
        #expect(own.failure?.message.contains("timeout=20ms") ?? false)
        #expect(
            try await ScriptRun.make("set timeout.sleep 20ms\nset timeout.sleep off\nsleep 30ms").failure
                == nil)
    }

    @Test(
        "settings that do not exist are refused",
        arguments: [
            "set log-level loud", "set timeout.echo 5s", "set timeout.nothing 5s", "set timeout.sleep soon",
            "set log-level",
        ])
    func wrongSettings(line: String) async throws {
        #expect(try await ScriptRun.make(line).failure?.code == .usage)
    }

    @Test(
        "what people of other shells mean is explained", arguments: ["set -e", "set X=1", "set colour red"])
    func foreign(line: String) { #expect(ScriptRun.problems(line).count == 1) }

    @Test("set log-level decides what is shown from then on")
    func level() async throws {
        let host = FakeHost()
        _ = try await ScriptRun.make("set log-level error", host: host)
        #expect(host.log.shownLevel == .error)
    }

    // MARK: Waits

    @Test("a command that takes long tells what it does; the trail of what happened does not keep that")
    func waiting() async throws {
        let host = FakeHost()
        var settings = RunSettings()
        settings.tellingPause = .milliseconds(1)
        let (told, tell) = AsyncStream<Void>.makeStream()
        host.log.listen { if $0.event.name == LogEvent.waitingName { tell.finish() } }
        // It takes as long as it takes until that was told.
        let catalogue =
            ScriptRun.catalogue + [
                FakeCommand("hold") { _, _ in
                    for await _ in told {}
                    return [:]
                }
            ]
        let interpreter = Interpreter(
            host: host, catalogue: catalogue, inputs: Inputs(), settings: settings)
        let script = try CheckedScript.make(
            Source(name: "t", text: "hold timeout=9s"), catalogue: catalogue
        ).get()
        try await interpreter.execute(script)
        let events = host.events.filter { $0.name == LogEvent.waitingName }
        #expect(
            events.allSatisfy {
                $0.text.hasPrefix("hold · ") && $0.text.contains("s of 9s") && $0.role == .status
            })
        #expect(!interpreter.trail.entries(from: 0).contains { $0.record.event.role == .status })
    }
}
