import Foundation
import TestSupport
import Testing
import Vocabulary

@testable import Scripting

@Suite("start, stop, logs, jobs — real programs", .timeLimit(.minutes(4)))
struct JobsTests {
    private let host = FakeHost(environment: ["PATH": "/usr/bin:/bin"])

    /// `$fifo` holds what programs wait for and tell each other by: no test waits by the clock.
    private func run(_ text: String, inputs: [String: String] = [:]) async throws -> ScriptRun {
        let fifo = host.file("fifo")
        mkfifo(fifo, 0o600)
        return try await ScriptRun.make("let fifo=\(fifo)\n" + text, host: host, inputs: Inputs(sets: inputs))
    }

    private func isGone(_ pid: String) -> Bool {
        guard let number = pid_t(pid) else { return false }
        return kill(number, 0) != 0 && errno == ESRCH
    }

    @Test(
        "nothing of a program is left after stop, nor after the end: not what ignores SIGTERM, not what left its group",
        arguments: ["stop j as=s", "echo end"])
    func nothingLeft(last: String) async throws {
        let run = try await run(
            """
            start j \"""
              trap '' TERM
              (setsid sh -c 'trap "" TERM; (echo $$ > '$fifo'; exec sleep 300) & exec sleep 300' &)
              (sh -c 'echo $$ > '$fifo'; exec sleep 300' &)
              echo $$ > $fifo
              exec sleep 300
              \"""
            sh "exec 3<>$fifo; read a <&3; read b <&3; read c <&3; echo \\$a \\$b \\$c" as=r
            echo $r.text
            \(last)
            """)
        #expect(run.failure == nil, "\(run.failure?.message ?? "")")
        let pids = (run.printed.first ?? "").split(separator: " ").map(String.init)
        #expect(pids.count == 3)
        for pid in pids { #expect(isGone(pid), "\(pid)") }
    }

    @Test("what sh has started in the background ends with it")
    func background() async throws {
        let run = try await run("sh \"(setsid sleep 300 >/dev/null 2>&1 & echo \\$!)\" as=r\necho $r.text")
        #expect(run.failure == nil && isGone(run.printed.first ?? ""), "\(run.printed)")
    }

    @Test("stop tells the exit status of the program; a signal is 128 and its number")
    func statuses() async throws {
        let run = try await run(
            """
            start a "trap 'exit 7' TERM; echo x > $fifo; while :; do sleep 0.05; done"
            sh "read x < $fifo"
            stop a as=s
            echo $s.status
            start b "exec sleep 300"
            stop b as=s
            echo $s.status
            """)
        #expect(run.printed == ["7", "143"], "\(run.printed)")
        let events = run.host.events.filter { $0.name.hasPrefix("job.") }.map(\.text)
        #expect(
            events == [
                "job a started", "job a ended with status 7", "job b started", "job b ended with status 143",
            ])
    }

    @Test("jobs lists them, logs shows the last lines")
    func listing() async throws {
        let run = try await run(
            """
            jobs
            start one "printf '1\\\\n2\\\\n3\\\\n4'; echo; echo x > $fifo; exec sleep 300"
            sh "read x < $fifo"
            start two "exit 0"
            sh "until test -s \(host.file("job-one.log")); do :; done"
            logs one last=2 as=l
            echo $l.text
            jobs as=j
            echo $j.count $j.names
            """)
        #expect(run.printed == ["3\n4", "2 one,two"], "\(run.printed) \(run.failure?.message ?? "")")
    }

    @Test("a name is taken as long as its program runs, and free again afterwards")
    func names() async throws {
        let taken = try await run("start j \"exec sleep 300\"\nstart j true")
        #expect(taken.failure?.code == .usage)
        #expect(taken.failure?.message == "a job named j is running already")
        #expect(taken.failure?.notes.map(\.text) == ["stop it first: stop j"])
        let free = try await run(
            """
            start j "exit 0"
            stop j
            start j "echo second; echo x > $fifo; exec sleep 300"
            sh "read x < $fifo; until test -s \(host.file("job-j.log")); do :; done"
            logs j as=l
            echo $l.text
            """)
        #expect(free.printed == ["second"] && free.failure == nil, "\(free.failure?.message ?? "")")
        let unknown = try await run("let n=nothing\nstop $n")
        #expect(unknown.failure?.message == "there is no job named nothing (none was started)")
        let other = try await run("start j \"exec sleep 300\"\nlet n=nothing\nlogs $n")
        #expect(other.failure?.message == "there is no job named nothing (known: j)")
    }

    @Test("a log is for its owner only, and goes with the run or with stop")
    func log() async throws {
        let run = try await run(
            """
            start j "echo hello; echo x > $fifo; exec sleep 300"
            start k "exec sleep 300"
            sh "read x < $fifo; until test -s \(host.file("job-j.log")); do :; done; stat -c %a \(host.file("job-j.log"))" as=m
            echo $m.text
            stop k
            sh "test -e \(host.file("job-k.log")) || echo gone" as=m
            echo $m.text
            """)
        #expect(run.printed == ["600", "gone"], "\(run.printed) \(run.failure?.message ?? "")")
        #expect(!FileManager.default.fileExists(atPath: host.file("job-j.log")))
    }

    @Test("log= stays behind, masked, for its owner only, whatever was there before")
    func keptLog() async throws {
        let path = host.file("kept")
        try "older and longer than what follows".write(toFile: path, atomically: true, encoding: .utf8)
        chmod(path, 0o644)
        let run = try await run(
            """
            env TOKEN secret
            start j log=\(path) secrets=TOKEN "printf 'a %s b' \\"\\$TOKEN\\"; echo x > $fifo; exec sleep 300"
            sh "read x < $fifo"
            """, inputs: ["TOKEN": "sesame-open"])
        #expect(run.failure == nil, "\(run.failure?.message ?? "")")
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "a ‹redacted› b")
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        try FileManager.default.createSymbolicLink(atPath: host.file("link"), withDestinationPath: path)
        for bad in [host.file("link"), host.file("no/such/directory"), host.file(".")] {
            let other = try await self.run("start j log=\(bad) true")
            #expect(other.failure?.code == .require, "\(bad)")
        }
    }

    @Test("a job that dies ends what waits, with the end of its log; one that ends well does not")
    func death() async throws {
        let dying =
            "start j \"read x < $fifo; for i in 1 2 3 4 5 6 7 8 9; do echo line \\$i; done; exit 3\"\n"
        let run = try await run(dying + "sh \"echo go > $fifo; exec sleep 300\"")
        #expect(run.failure?.code == .jobDied, "\(run.failure?.message ?? "")")
        #expect(run.failure?.message == "job j ended with status 3 meanwhile")
        #expect(run.failure?.notes.first?.text == "j: line 2" && run.failure?.notes.count == 8)
        let well = try await self.run(
            "start j \"read x < $fifo; exit 0\"\nsh \"echo go > $fifo; echo done\" as=r\necho $r.text")
        #expect(well.failure == nil && well.printed.last == "done", "\(well.failure?.message ?? "")")
    }

    @Test("a job that had died before any wait is told to the next one, and to no other")
    func deadBefore() async throws {
        let ended = FakeCommand("ended") { _, script in
            try await script.jobs.process("j").hasEnded()
            return [:]
        }.described { $0.ignoresJobs = true }
        let run = try await ScriptRun.make(
            "start j \"exit 3\"\nended\ntry sleep 20s\necho $error.code\nsh \"echo fine\" as=r\njobs as=j\necho $r.text $j.count",
            host: host, catalogue: ScriptRun.catalogue + [ended])
        #expect(run.printed == ["job-died", "fine 1"] && run.failure == nil, "\(run.failure?.message ?? "")")
        #expect(run.host.events.contains { $0.text == "j  ended with status 3" })
    }

    @Test("a job that is stopped meanwhile has not died, and what must be finished is")
    func stoppedMeanwhile() async throws {
        // A whole program's life: time enough for a death to be noticed.
        let stopping = FakeCommand("stopping") { _, script in
            _ = try await script.jobs.run("true", environment: [:])
            _ = try await script.jobs.stop("j")
            _ = try await script.jobs.run("true", environment: [:])
            return [:]
        }
        let fifo = host.file("fifo")
        mkfifo(fifo, 0o600)
        let finishing = FakeCommand("finishing") { _, script in
            _ = try await script.jobs.run("echo go > '\(fifo)'", environment: [:])
            try await script.jobs.process("k").hasEnded()
            _ = try await script.jobs.run("true", environment: [:])
            try Task.checkCancellation()
            return [:]
        }.described { $0.ignoresJobs = true }
        let run = try await ScriptRun.make(
            "start j \"exec sleep 300\"\nstopping\nstart k \"read x < \(fifo); exit 3\"\nfinishing",
            host: host,
            catalogue: ScriptRun.catalogue + [stopping, finishing])
        #expect(run.failure == nil, "\(run.failure?.message ?? "")")
    }

    @Test("a host without a directory for logs starts nothing")
    func noDirectory() async throws {
        let jobs = Jobs(directory: nil, clock: ContinuousClock(), log: EventLog(masking: Masking()))
        let failure = await #expect(throws: Failure.self) {
            try await jobs.start("j", "true", environment: [:], log: nil)
        }
        #expect(failure?.code == .usage)
        let isEmpty = await jobs.isEmpty
        #expect(isEmpty)
    }

    @Test(
        "names of jobs are letters, digits, - and _",
        arguments: [
            ("a.b", false), ("a/b", false), ("", false), (String(repeating: "x", count: 65), false),
            (String(repeating: "x", count: 64), true), ("A-b_9", true), ("ä", false),
        ])
    func jobNames(name: String, isRight: Bool) async throws {
        let run = try await run("env N\nlet n=$N\nstart $n true", inputs: ["N": name])
        #expect((run.failure == nil) == isRight, "\(run.failure?.message ?? "")")
    }
}
