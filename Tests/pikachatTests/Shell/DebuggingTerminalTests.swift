import Foundation
import TestSupport
import Testing

@Suite("debugging in a terminal", .serialized, .timeLimit(.minutes(5)))
struct DebuggingTerminalTests {
    private func script(_ text: String) throws -> (TemporaryDirectory, String) {
        let directory = TemporaryDirectory()
        let path = directory.file("demo.pika")
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return (directory, path)
    }

    @Test("debug stops before the first command, steps, looks, and cleans up")
    func stepping() async throws {
        let (directory, path) = try script("step one\nspawn microvm\ndefer teardown\nwait-keypackage\n")
        let terminal = try Terminal(["debug", path, "--mock"], state: directory, columns: 80)
        #expect(await terminal.waitForRow { $0 == "(debug demo.pika:1) pika>" })
        #expect(terminal.shown.rows.contains("> 1 | step one"))
        try terminal.type("next\r\r")
        #expect(await terminal.waitForRow { $0.hasPrefix("(debug demo.pika:3) pika vm-") })
        #expect(terminal.shown.rows.contains("> 3 | defer teardown"))
        try terminal.type("next\rdeferred\rquit\r")
        #expect(await terminal.exitStatus() == 0, "\(terminal.text)")
        #expect(terminal.text.contains("teardown  (session main)") && terminal.text.contains("deleted after"))
    }

    @Test("--shell-on-fail opens the prompt where it failed, with the world alive; again mends it")
    func shellOnFail() async throws {
        let (directory, path) = try script(
            "spawn microvm\ndefer teardown\nwait-keypackage\ngroup create\nsay one\nexpect reply contains two within=300ms\necho done\n"
        )
        let terminal = try Terminal(
            ["run", path, "--mock", "--shell-on-fail"], state: directory, columns: 80)
        #expect(
            await terminal.waitForRow { $0.hasPrefix("(debug demo.pika:6) pika vm-") }, "\(terminal.text)")
        try terminal.type("say two\r")
        #expect(await terminal.waitForRow { $0.hasSuffix("agent  echo: two") })
        try terminal.type("again within=20s\r")
        #expect(await terminal.exitStatus() == 0, "\(terminal.text)")
        #expect(terminal.text.contains("done") && terminal.text.contains("deleted after"))
    }

    @Test("without a terminal nobody could answer")
    func piped() async throws {
        let (directory, path) = try script("echo a\npause\necho b")
        let refused = try await Pikachat.run(["run", path, "--shell-on-fail"], state: directory)
        #expect(refused.status == 2 && refused.error.contains("--shell-on-fail needs a terminal"))
        let paused = try await Pikachat.run(["run", path], state: directory)
        #expect(paused.status == 0 && paused.output == "a\nb\n")
        let stepped = try await Pikachat.run(["debug", path], stdin: "continue\nskip\n", state: directory)
        #expect(stepped.status == 0 && stepped.output.contains("b"))
    }

    @Test("a wait speaks below everything else, and its line goes away")
    func waits() async throws {
        let terminal = try Terminal(["shell", "--mock"], columns: 80)
        #expect(await terminal.waitForRow { $0 == "pika>" })
        try terminal.type("fault boot hang\rspawn microvm\rwait-keypackage\r")
        #expect(
            await terminal.waitForRow {
                $0.hasPrefix("  wait-keypackage · ") && $0.contains("s of 120s · asked ")
            },
            "\(terminal.shown.text)")
        try terminal.type("\u{3}")
        #expect(
            await terminal.waitForRow { $0.hasPrefix("pika vm-") && !$0.contains("wait") },
            "\(terminal.shown.text)")
        #expect(!terminal.shown.rows.contains { $0.contains(" · asked ") })
        try terminal.type("again within=1s\r")
        #expect(await terminal.waitForRow { $0 == "wait-keypackage within=1s" }, "\(terminal.shown.text)")
        #expect(await terminal.waitForRow { $0.hasPrefix("error[timeout]") })
        try terminal.type("quit\rt\r")
        #expect(await terminal.exitStatus() == 0)
    }

    @Test("grey hints, Tab with what exists, a pasted block, whole-block recall", arguments: [80, 40])
    func typing(columns: Int) async throws {
        let terminal = try Terminal(
            ["shell", "--mock", "--color", "always"], columns: columns, rows: columns == 80 ? 24 : 12)
        #expect(await terminal.waitForRow { $0 == "pika>" })
        try terminal.type("use ")
        #expect(await terminal.waitForRow { $0 == "pika> use SESSION" }, "\(terminal.shown.text)")
        try terminal.type("\u{15}let long_name=7\recho $lo\t")
        #expect(await terminal.waitForRow { $0.hasPrefix("pika> echo $long_name") }, "\(terminal.shown.text)")
        try terminal.type("\r")
        #expect(await terminal.waitForRow { $0 == "7" })
        try terminal.type("\u{1b}[200~for x in 1,2\n echo n$x\nend\n\u{1b}[201~")
        #expect(await terminal.waitForRow { $0.hasPrefix("pika> for x in 1,2␤ echo n$x␤end") })
        try terminal.type("\r")
        #expect(await terminal.waitForRow { $0 == "n2" }, "\(terminal.shown.text)")
        try terminal.type("\u{1b}[A")
        #expect(await terminal.waitFor("end"))
        try terminal.type("\recho recalled\r")
        #expect(await terminal.waitForRow { $0 == "recalled" })
        let shown = terminal.shown
        #expect((shown.scrolled + shown.rows).count { $0 == "n2" } == 2, "\(shown.text)")
        try terminal.type("\u{12}let long")
        #expect(
            await terminal.waitForRow { $0.contains("let long_name=7") && $0.hasPrefix("pika>") },
            "\(terminal.shown.text)")
        try terminal.type("\recho found $long_name\r")
        #expect(await terminal.waitForRow { $0 == "found 7" }, "\(terminal.shown.text)")
        try terminal.type("\u{4}")
        #expect(await terminal.exitStatus() == 0, "\(terminal.text)")
    }

    @Test("save writes a script that passes check and runs")
    func save() async throws {
        let directory = TemporaryDirectory()
        let path = directory.file("saved.pika")
        let terminal = try Terminal(["shell", "--mock"], state: directory, columns: 80)
        #expect(await terminal.waitForRow { $0 == "pika>" })
        for line in ["spawn microvm as=a", "wait-keypackage", "nonsense", "group create", "state", "say hi"] {
            try terminal.type(line + "\r")
        }
        #expect(await terminal.waitForRow { $0.hasSuffix("agent  echo: hi") }, "\(terminal.shown.text)")
        try terminal.type("save \(path)\r")
        #expect(await terminal.waitFor("4 commands saved"), "\(terminal.text)")
        try terminal.type("quit\rt\r")
        #expect(await terminal.exitStatus() == 0)
        #expect(
            try String(contentsOfFile: path, encoding: .utf8).contains(
                "spawn microvm as=a\ndefer teardown\nwait-keypackage\ngroup create\nsay hi\n"))
        #expect(try await Pikachat.run(["check", path], state: directory).status == 0)
        let run = try await Pikachat.run(["run", path, "--mock"], state: directory)
        #expect(run.status == 0 && run.error.contains("deleted after"))
    }

    @Test("a Welcome that was lost is named when no reply comes, and sent again")
    func lostWelcome() async throws {
        let (directory, path) = try script(
            """
            spawn microvm
            defer teardown
            wait-keypackage
            fault group drop times=1
            group create
            say one
            soft expect reply within=500ms
            group welcome
            say two
            expect reply contains two within=20s
            """)
        let run = try await Pikachat.run(["run", path, "--mock"], state: directory)
        #expect(run.error.contains("has not been heard in this group since its Welcome"), "\(run.error)")
        #expect(
            run.output.contains("agent  echo: two") && run.status == FailureStatus.timeout, "\(run.output)")
    }

    private enum FailureStatus { static let timeout: Int32 = 5 }

    @Test("traces show the wire without the agent's secret; an earlier run has a timeline")
    func traces() async throws {
        let (directory, path) = try script(
            // The relay's connection may be noted before or behind the request.
            "spawn microvm\ndefer teardown\nwait-keypackage\nshow 2 full=yes\nshow 3 full=yes\nshow 4 full=yes\n"
        )
        let run = try await Pikachat.run(["run", path, "--mock", "--trace", "all=full"], state: directory)
        #expect(run.status == 0 && run.error.contains("→ POST ") && run.error.contains("→ REQ "))
        #expect(run.output.contains("→ POST ") && run.output.contains(Masking.sign), "\(run.output)")
        #expect(!(run.output + run.error).contains("nsec1"))
        let first = try await Pikachat.run(["shell", "-c", "echo one"], state: directory)
        let second = try await Pikachat.run(["shell", "-c", "timeline session=old"], state: directory)
        #expect(first.status == 0 && second.status == 0 && second.output.contains("1: echo"), "\(second)")
        let wrong = try await Pikachat.run(["run", path, "--mock", "--trace", "nonsense"], state: directory)
        #expect(wrong.status == 2)
    }

    private enum Masking { static let sign = "‹redacted›" }

    @Test("a paste whose end never comes holds up neither Ctrl-C nor a signal", arguments: [true, false])
    func unfinishedPaste(isSignal: Bool) async throws {
        let terminal = try Terminal(["shell", "--mock"], columns: 80)
        #expect(await terminal.waitForRow { $0 == "pika>" })
        try terminal.type("spawn microvm\r")
        #expect(await terminal.waitForRow { $0.hasPrefix("pika vm-") })
        try terminal.type("\u{1b}[200~abc")
        if isSignal {
            terminal.signal(SIGTERM)
            #expect(await terminal.exitStatus() == 128 + SIGTERM, "\(terminal.text)")
        } else {
            // In a read of its own, as a key comes.
            #expect(await terminal.isTaken())
            try terminal.type("\u{3}")
            #expect(await terminal.waitForRow { $0.hasSuffix("^C") }, "\(terminal.shown.text)")
            try terminal.type("quit\rt\r")
            #expect(await terminal.exitStatus() == 0, "\(terminal.text)")
        }
        #expect(terminal.text.contains("deleted after"))
    }

    @Test("Ctrl-C in the middle of a line of several rows goes on below all of them", arguments: [40, 20])
    func wrappedInterrupt(columns: Int) async throws {
        let terminal = try Terminal(["shell", "--mock"], columns: columns, rows: 12)
        #expect(await terminal.waitForRow { $0 == "pika>" })
        try terminal.type("echo aaaaaaaaaa bbbbbbbbbb cccccccccc ddddddEND")
        #expect(await terminal.waitForRow { $0.hasSuffix("END") })
        try terminal.type("\u{1}\u{3}")
        #expect(await terminal.waitForRow { $0 == "pika>" }, "\(terminal.shown.text)")
        let rows = terminal.shown.rows.filter { !$0.isEmpty }
        #expect(rows.last == "pika>" && rows.dropLast().last?.hasSuffix("END^C") ?? false, "\(rows)")
        try terminal.type("\u{4}")
        #expect(await terminal.exitStatus() == 0)
    }
}
