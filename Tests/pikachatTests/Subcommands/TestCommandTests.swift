import Foundation
import TestSupport
import Testing

@Suite("pikachat test", .timeLimit(.minutes(5)))
struct TestCommandTests {
    private let state = TemporaryDirectory()

    private func write(_ scripts: [String: String]) throws {
        for (name, text) in scripts {
            let path = state.file(name)
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            try text.write(toFile: path, atomically: true, encoding: .utf8)
        }
    }

    private func test(_ arguments: [String], environment: [String: String] = [:]) async throws
        -> Pikachat.Result
    {
        try await Pikachat.run(["test"] + arguments, environment: environment, state: state)
    }

    /// Whether the file comes into being.
    private func appears(_ name: String) async throws -> Bool {
        let code = "until [ -e \(name) ]; do sleep 0.02; done"
        return try await Program.run(
            ["timeout", "60", "sh", "-c", "cd \(state.path); \(code)"], environment: ["PATH": "/usr/bin:/bin"]
        ).status == 0
    }

    private static func last(_ text: String) -> String {
        text.split(separator: "\n").last.map(String.init) ?? ""
    }

    @Test("files with worlds of their own, at the same time; one line each, totals last")
    func suite() async throws {
        let talk =
            "env PROVIDER=microvm\nspawn $PROVIDER as=a\ndefer teardown\nwait-keypackage\ngroup create\nsay hi\nexpect reply contains hi\nagents as=all\nexpect $all.count >= 1"
        try write(["t/a.pika": talk, "t/b.pika": talk, "t/c.pika": "only live\nfail never"])
        let result = try await test(["t", "--matrix", "PROVIDER=fly,microvm"])
        #expect(result.status == 0, "\(result.output)\(result.error)")
        #expect(Self.last(result.output).hasPrefix("4 passed, 0 failed, 1 skipped, 0 flaky in "))
        #expect(result.output.contains("] ok    t/a.pika [PROVIDER=fly]  "))
        #expect(result.output.contains("] skip  t/c.pika  only for real servers"))
        #expect(result.error.contains("note: --matrix PROVIDER has no effect on t/c.pika"))
        // Worlds are gone.
        let left = try FileManager.default.contentsOfDirectory(atPath: state.path)
        #expect(!left.contains { $0.hasPrefix("pikachat-mock-") }, "\(left)")
    }

    @Test("a failure shows its frame, its events, the log of its job, and how to run it again")
    func failure() async throws {
        try write([
            "a b.pika":
                "env N=1\nstep One\necho fine\nstep Two\nstart j \"echo in the log; touch up; sleep 60\"\nsh until [ -e up ]; do sleep 0.02; done\nfail oops"
        ])
        let result = try await test(["a b.pika", "--matrix", "N=7"])
        #expect(result.status == 1)
        for part in [
            "error[mismatch]: oops", "--> a b.pika:7:1   step \"Two\"", "step \"One\": ", "log of job j:",
            "in the log",
            "again: pikachat test 'a b.pika' --matrix N=7",
        ] {
            #expect(result.output.contains(part), "\(part): \(result.output)")
        }
    }

    @Test("a mistake in one file, and nothing runs; the reports tell it")
    func mistakes() async throws {
        try write(["a.pika": "sh touch ran", "b.pika": "nonsense"])
        let result = try await test(["a.pika", "b.pika", "--report", "junit=r.xml"])
        #expect(result.status == 2 && result.error.contains("there is no command nonsense"))
        #expect(Self.last(result.output).hasPrefix("0 passed, 1 failed, 1 skipped"))
        #expect(!FileManager.default.fileExists(atPath: state.file("ran")))
        let report = try String(contentsOfFile: state.file("r.xml"), encoding: .utf8)
        #expect(report.contains("there is no command nonsense") && report.contains("nothing ran"))
    }

    @Test(
        "what cannot be meant is refused before anything runs",
        arguments: [
            [], ["missing.pika"], ["empty"], ["a.pika", "--report", "junit=-", "--report", "tap=-"],
            ["a.pika", "--report", "junit=no/such/folder/r.xml"], ["a.pika", "--report", "word=r"],
            ["a.pika", "--matrix", "X=1"], ["a.pika", "--set", "X=1"], ["a.pika", "--jobs", "0"],
            ["a.pika", "--retry", "-1"], ["a.pika", "--time-scale", "0"], ["a.pika", "--seed", "1"],
            ["a.pika", "--tag", "a b"], ["a.pika", "--tag", "none"], ["a.pika", "--filter", "("],
            ["a.pika", "--max-time", "0"], ["a.pika", "--last-failed"], ["a.pika", "--mock", "--live"],
        ])
    func refused(arguments: [String]) async throws {
        try write(["a.pika": "sh touch ran", "empty/x": ""])
        let result = try await test(arguments)
        #expect(result.status == 2 && result.error.contains("error: "), "\(result.output)\(result.error)")
        #expect(!FileManager.default.fileExists(atPath: state.file("ran")))
    }

    @Test("--list, --last-failed, --update's neighbours")
    func lists() async throws {
        try write(["a.pika": "tag slow\nsh test -e fixed", "b.pika": "echo b"])
        let listed = try await test(["a.pika", "b.pika", "--list"])
        #expect(listed.status == 0 && listed.output == "a.pika  (slow)\nb.pika\n")
        #expect(try await test(["a.pika", "b.pika"]).status == 4)
        try write(["fixed": ""])
        let again = try await test([".", "--last-failed"])
        #expect(again.status == 0 && again.output.contains("a.pika") && !again.output.contains("b.pika"))
        #expect(try await test([".", "--last-failed"]).status == 2)
    }

    @Test("a report on the output has it for itself")
    func output() async throws {
        try write(["a.pika": "echo hi"])
        for (kind, first) in [
            ("tap", "TAP version 14"), ("junit", "<?xml"), ("json", "{"), ("html", "<!doctype"),
        ] {
            let result = try await test(["a.pika", "--report", "\(kind)=-"])
            #expect(result.status == 0 && result.output.hasPrefix(first), "\(result.output.prefix(80))")
            #expect(!result.output.contains("ok    a.pika") && result.error.contains("1 passed"))
        }
        let json = try await test(["a.pika", "--json"])
        #expect(json.output.split(separator: "\n").allSatisfy { $0.hasPrefix("{") && $0.hasSuffix("}") })
    }

    @Test("a report that cannot be written is an error, and the others are written all the same")
    func fullDisk() async throws {
        try write(["a.pika": "echo hi"])
        let result = try await test(["a.pika", "--report", "junit=/dev/full", "--report", "tap=t.tap"])
        #expect(result.status == 3 && result.error.contains("No space left"), "\(result.error)")
        #expect(FileManager.default.fileExists(atPath: state.file("t.tap")))
        #expect(Self.last(result.output).hasPrefix("1 passed"))
    }

    @Test(
        "a signal: every world is cleaned, the reports are written, the status says so",
        arguments: [SIGINT, SIGTERM])
    func signals(number: Int32) async throws {
        let script = "spawn microvm\ndefer teardown\ndefer sh touch cleaned-$ID\nsh touch up-$ID\nsleep 50s"
        try write(["a.pika": "env ID=a\n" + script, "b.pika": "env ID=b\n" + script])
        let running = try Pikachat.start(
            ["test", "a.pika", "b.pika", "--report", "junit=r.xml", "--jobs", "2"], state: state)
        for id in ["a", "b"] { #expect(try await appears("up-\(id)")) }
        running.signal(number)
        let result = await running.finish(limit: .seconds(30))
        #expect(result.status == 128 + number, "\(result.output)\(result.error)")
        for name in ["cleaned-a", "cleaned-b", "r.xml"] {
            #expect(FileManager.default.fileExists(atPath: state.file(name)), "\(name)")
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: state.path)
        #expect(!left.contains { $0.hasPrefix("pikachat-mock-") })
    }

    @Test("GitHub Actions: masks first, annotations, step summary")
    func github() async throws {
        try write(["a.pika": "env TOKEN secret\necho $TOKEN\nfail with $TOKEN"])
        let result = try await test(
            ["a.pika"],
            environment: [
                "GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": state.file("summary.md"),
                "TOKEN": "hunter22",
            ])
        let lines = result.output.split(separator: "\n").map(String.init)
        #expect(
            lines.first == "::add-mask::hunter22" && lines.dropFirst().allSatisfy { !$0.contains("hunter22") }
        )
        #expect(lines.contains("::error file=a.pika,line=3,title=a.pika::with ‹redacted›"), "\(lines)")
        let summary = try String(contentsOfFile: state.file("summary.md"), encoding: .utf8)
        #expect(summary.contains("0 passed, 1 failed") && !summary.contains("hunter22"))
    }

    @Test(
        "on a terminal, running files have a line each, below what is told", arguments: [(80, 24), (40, 12)])
    func live(columns: Int, rows: Int) async throws {
        try write([
            "a.pika": "step Waiting for it\nsh while [ ! -e go ]; do sleep 0.05; done", "b.pika": "echo b",
        ])
        let terminal = try Terminal(["test", "a.pika", "b.pika"], state: state)
        #expect(await terminal.waitFor("Waiting for it"))
        #expect(await terminal.waitFor("1 of 2 done"))
        try write(["go": ""])
        #expect(await terminal.exitStatus() == 0, "\(terminal.text)")
        #expect(terminal.text.contains("2 passed, 0 failed"))
    }
}
