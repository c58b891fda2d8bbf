import Foundation
import TestSupport
import Testing
import Vocabulary

@testable import Scripting

@Suite("Interpreter — prefixes, results, sessions", .timeLimit(.minutes(4)))
struct InterpreterTests {
    @Test("deferred commands run last first, with words and session as they were when they were met")
    func deferral() async throws {
        let run = try await ScriptRun.make(
            """
            let x=one
            switch a
            defer echo first $x $vm.id
            defer where
            let x=two
            switch b
            defer echo second $x $vm.id
            where
            """)
        #expect(run.failure == nil && run.cleanup.isEmpty)
        #expect(run.printed == ["in b", "second two vm-b", "in a", "first one vm-a"])
    }

    @Test("a deferred command that fails is a leak with its place; one that ends the script is nothing")
    func deferredFailure() async throws {
        let run = try await ScriptRun.make("step Clean\ndefer bad timeout\ndefer quit\ndefer skip x\necho hi")
        #expect(run.cleanup.map(\.code) == [.leak])
        #expect(run.cleanup[0].place == "t.pika:2 (step \"Clean\")")
    }

    @Test("in NAME: runs a command in another session, and does not switch to it")
    func otherSession() async throws {
        let run = try await ScriptRun.make(
            "switch a\nswitch b\nin a: echo $vm.id\nin a: where\nwhere\necho $vm.id")
        #expect(run.printed == ["vm-a", "in a", "in b", "vm-b"], "\(run.printed)")
        let typo = try await ScriptRun.make("let n=typo\ntry in $n: echo x")
        #expect(typo.failure?.message == "there is no session typo")
    }

    @Test("variables that commands set follow the session in use")
    func sessionVariables() async throws {
        let run = try await ScriptRun.make("switch a\nswitch b\necho $vm.id\nswitch a\necho $vm.id")
        #expect(run.printed == ["vm-b", "vm-a"])
    }

    @Test("a failed command leaves its result, and nothing stale")
    func failedResult() async throws {
        let run = try await ScriptRun.make(
            """
            ok fine as=r
            try bad timeout as=r
            echo $r.code $r.status $r.text $r.tries $last.code
            try bad auth
            echo $last.code $error.code
            try ok again as=r
            echo [$r.code] [$error.code] [$error.message] $r.id
            """)
        #expect(
            run.printed == ["timeout 7 partial 1 timeout", "auth auth", "[] [] [] again"],
            "\(run.printed) \(run.failure?.message ?? "")")
    }

    @Test("a command that failed before it had anything leaves all its fields, empty")
    func failedEmpty() async throws {
        let run = try await ScriptRun.make(
            "try http get http://127.0.0.1:1/ as=h\necho [$h.status] [$h.json] $h.code")
        #expect(run.printed == ["[] [] unreachable"], "\(run.printed) \(run.failure?.message ?? "")")
    }

    @Test(
        "try, soft, fails and if ok let a mistake in the script through",
        arguments: [
            "try bad usage", "soft bad usage", "fails: bad usage", "fails timeout: bad usage",
            "if ok bad usage: echo x",
        ])
    func usagePasses(line: String) async throws {
        let run = try await ScriptRun.make("\(line)\necho after")
        #expect(run.failure?.code == .usage && run.printed.isEmpty)
    }

    @Test("fails CODE accepts that code and no other")
    func failsCode() async throws {
        #expect(
            try await ScriptRun.make("fails usage: bad usage\nfails timeout: bad timeout\nfails: bad auth")
                .failure == nil)
        let other = try await ScriptRun.make("fails timeout: bad auth")
        #expect(
            other.failure?.code == .mismatch
                && other.failure?.message.contains("auth instead of timeout") ?? false)
        #expect(try await ScriptRun.make("fails: ok x").failure?.code == .mismatch)
    }

    @Test("an interruption is caught by nothing", arguments: ["try ", "soft ", "fails: ", "if ok "])
    func cancellation(prefix: String) async throws {
        let clock = ManualClock()
        let host = FakeHost(clock: clock)
        let line = prefix == "if ok " ? "if ok sleep 1h: echo x" : "\(prefix)sleep 1h"
        let work = Task { try await ScriptRun.make("\(line)\necho after", host: host) }
        await clock.pause(of: .seconds(3600))
        work.cancel()
        let run = try await work.value
        #expect(run.failure?.code == .cancelled && run.printed.isEmpty)
    }

    @Test("status 2 means that nothing ran; a mistake that shows later is a wrong answer")
    func statuses() async throws {
        #expect(
            try await ScriptRun.make("env A=x\nlet n=many\nrepeat $n\n  echo x\nend").failure?.exitStatus == 2
        )
        #expect(
            try await ScriptRun.make("let n=many\necho x\nrepeat $n\n  echo x\nend").failure?.exitStatus == 1)
        #expect(try await ScriptRun.make("bad timeout").failure?.exitStatus == 5)
    }

    @Test("--until stops before a line, also inside blocks")
    func until() async throws {
        let run = try await ScriptRun.make("echo a\nrepeat 2\n  echo b\n  echo c\nend\necho d", until: 4)
        #expect(run.printed == ["a", "b"] && run.end == .stopped)
    }

    @Test("one item for a variable, several for a list and for words with commas")
    func items() async throws {
        let run = try await ScriptRun.make(
            "env L=x,y list\nlet m=p,q\nfor i in a,b $m $L \"c,d\"\n  echo <$i>\nend")
        #expect(run.printed == ["<a>", "<b>", "<p,q>", "<x>", "<y>", "<c,d>"])
    }

    @Test("conditions: not binds before and, and before or; the first branch that holds runs")
    func conditions() async throws {
        let run = try await ScriptRun.make(
            """
            let y=yes
            let n=no
            if $y or $n and $n: echo or-last
            if not $y or $y: echo not-first
            unless $n and $y: echo unless
            if $n
              echo wrong
            else if $y
              echo second
            else
              echo third
            end
            """)
        #expect(run.printed == ["or-last", "not-first", "unless", "second"])
    }

    @Test("text is literal from its first word on")
    func text() async throws {
        let run = try await ScriptRun.make(
            "echo set timeout=5s and run it as=root\necho as=x\necho a=b \"c d\" #1")
        #expect(run.printed.first == "set timeout=5s and run it as=root" && run.printed.last == "a=b c d #1")
    }

    @Test("an empty limit is an error, and so is a NUL")
    func emptyLimit() async throws {
        let run = try await ScriptRun.make("let t=\"\"\nok x timeout=$t")
        #expect(run.failure?.message == "timeout= is empty")
        let nul = try await ScriptRun.make("ok \"a\\u{0}b\"")
        #expect(nul.failure?.message.contains("NUL") ?? false)
    }

    @Test("source runs a file here, and not without end")
    func source() async throws {
        let host = FakeHost()
        try "echo inside $x\nlet y=2".write(
            toFile: host.file("inner.pika"), atomically: true, encoding: .utf8)
        try "source \"\(host.file("loop.pika"))\"".write(
            toFile: host.file("loop.pika"), atomically: true, encoding: .utf8)
        let run = try await ScriptRun.make(
            "let x=1\nsource \"\(host.file("inner.pika"))\"\necho $y", host: host)
        #expect(run.printed == ["inside 1", "2"] && run.failure == nil)
        let loop = "source \"\(host.file("loop.pika"))\""
        #expect(ScriptRun.problems(loop).first?.contains("read into itself") ?? false)
        #expect(
            ScriptRun.problems("source \"\(host.file("inner.pika"))\"").first?.contains("$x is not defined")
                ?? false)
        let path = try await ScriptRun.make("let p=\"\(host.file("loop.pika"))\"\nsource $p", host: host)
        #expect(path.failure != nil)
    }

    @Test("quotes that are the text's own, or the shell's, stay")
    func quotes() async throws {
        let run = try await ScriptRun.make(
            "echo \"hello\", he said\nlet v=\"x y\"\nsh printf '[%s]' '{\"a\":1, \"b\":2}' \"$v\"'z' as=r\necho $r.text"
        )
        #expect(run.printed == ["\"hello\", he said", "[{\"a\":1, \"b\":2}][x yz]"], "\(run.printed)")
    }

    @Test("ranges, and their bounds")
    func ranges() async throws {
        let run = try await ScriptRun.make(
            "for i in -1..2 x \"1..2\"\n  echo $i\nend\nlet r=3..4\nfor i in $r\n  echo $i\nend")
        #expect(run.printed == ["-1", "0", "1", "2", "x", "1..2", "3..4"])
        let backwards = try await ScriptRun.make("for i in 3..1\n  echo $i\nend")
        #expect(backwards.failure?.code == .usage)
        let long = try await ScriptRun.make(
            "for i in -9223372036854775808..9223372036854775807\n  echo $i\nend")
        #expect(long.failure?.code == .usage)
    }

    @Test("a job that failed is told to one wait, the next one or the one under way")
    func jobDeath() async throws {
        let run = try await ScriptRun.make(
            "start a exit 3\ntry sleep 20s\necho $error.code\nsleep 1ms\necho after\nstart b exit 0\nsleep 1ms"
        )
        #expect(
            run.failure == nil && run.printed == ["job-died", "after"],
            "\(run.failure?.message ?? "") \(run.printed)")
    }

    @Test("every event has a session, and a command's record its arguments; text people say is confidential")
    func events() async throws {
        let run = try await ScriptRun.make("switch a\nok x as=r\necho secret words")
        let commands = run.host.events.filter { $0.name == "command" }
        #expect(commands.map(\.session) == ["main", "a", "a"])
        #expect(commands[1].fields["arguments"] == .list([.text("x")]))
        #expect(commands[2].confidential == ["arguments"])
    }
}
