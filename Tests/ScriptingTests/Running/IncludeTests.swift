import Foundation
import TestSupport
import Testing
import Vocabulary

@testable import Scripting

@Suite("include", .timeLimit(.minutes(4)))
struct IncludeTests {
    private let directory = TemporaryDirectory()

    private func write(_ files: [String: String]) throws {
        for (name, text) in files {
            let path = directory.file(name)
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            try text.write(toFile: path, atomically: true, encoding: .utf8)
        }
    }

    private func checked() throws -> Result<CheckedScript, ScriptProblems> {
        CheckedScript.make(
            try Source.load(directory.file("a.pika")), catalogue: ScriptRun.catalogue)
    }

    private func problems() throws -> [String] {
        switch try checked() {
        case .success: []
        case .failure(let found):
            found.problems.map {
                ([$0.message] + $0.notes.map(\.text)).joined(separator: " | ").replacing(
                    directory.path + "/", with: "")
            }
        }
    }

    private func run(_ files: [String: String], inputs: Inputs = Inputs()) async throws -> (
        printed: [String], failure: Diagnostic?, interpreter: Interpreter
    ) {
        try write(files)
        let host = FakeHost()
        let interpreter = Interpreter(host: host, catalogue: ScriptRun.catalogue, inputs: inputs)
        let script = try checked().get()
        // What becomes of the files meanwhile does not matter.
        for name in files.keys {
            try "fail changed".write(toFile: directory.file(name), atomically: true, encoding: .utf8)
        }
        var failure: Diagnostic?
        do { try await interpreter.execute(script) } catch let error as Diagnostic { failure = error }
        _ = await interpreter.cleanUp()
        return (host.events.filter { $0.name == "echo" }.map(\.text), failure, interpreter)
    }

    @Test("arguments in, results out; variables are its own, files are beside it")
    func results() async throws {
        let run = try await run([
            "a.pika": "let x=outer\ninclude lib/b.pika NAME=\"two words\" as=t\necho $t.greeting $x $t.deep",
            "lib/b.pika":
                "env NAME=nobody\nenv OTHER=default\nlet x=inner\nlet greeting=\"hello $NAME $OTHER\"\ninclude c.pika N=3 as=c\nlet deep=$c.n",
            "lib/c.pika": "env N=1\nlet n=$N",
        ])
        #expect(run.failure == nil && run.printed == ["hello two words default outer 3"])
    }

    @Test("inputs that are not given come from outside; what is given goes before")
    func inputs() async throws {
        let run = try await run(
            [
                "a.pika": "include b.pika X=given as=b\necho $b.x $b.y",
                "b.pika": "env X=1\nenv Y=2\nlet x=$X\nlet y=$Y",
            ],
            inputs: Inputs(sets: ["X": "set"], environment: ["Y": "outside"]))
        #expect(run.printed == ["given outside"])
    }

    @Test("what it defers runs at the end of the script, with its own variables")
    func deferred() async throws {
        let run = try await run([
            "a.pika": "let v=outer\ninclude b.pika\necho $v",
            "b.pika": "let v=inner\ndefer echo bye $v\necho in",
        ])
        #expect(run.printed == ["in", "outer", "bye inner"])
    }

    @Test("a failure shows its own place, and the way to it")
    func failure() async throws {
        let run = try await run([
            "a.pika": "echo one\ninclude b.pika", "b.pika": "include c.pika", "c.pika": "echo two\nfail oops",
        ])
        let failure = try #require(run.failure)
        #expect(failure.range?.file.hasSuffix("c.pika") ?? false && failure.range?.line == 2)
        let way = failure.notes.compactMap { note in
            note.range.map { "\(($0.file as NSString).lastPathComponent):\($0.line)" }
        }
        #expect(way == ["b.pika:1", "a.pika:2"])
        let shown = DiagnosticRenderer.render(failure)
        #expect(shown.contains("included here (\(directory.file("b.pika")):1)"))
    }

    @Test("sessions are the script's")
    func sessions() async throws {
        let run = try await run([
            "a.pika": "switch a\ninclude b.pika\necho $vm.id", "b.pika": "echo $vm.id\nswitch b",
        ])
        #expect(run.printed == ["vm-a", "vm-b"])
    }

    @Test("try, fails and if ok see its failure")
    func caught() async throws {
        let run = try await run([
            "a.pika":
                "try include b.pika as=r\necho $error.code $r.code\nfails mismatch: include b.pika\nunless ok include b.pika: echo no",
            "b.pika": "fail oops",
        ])
        #expect(run.failure == nil && run.printed == ["mismatch mismatch", "no"])
    }

    @Test(
        "what cannot be right is found before the start",
        arguments: [
            ("include b.pika NAEM=1", "b.pika declares no input NAEM | did you mean NAME?"),
            ("include b.pika NAME=x as=t\necho $t.nothing", "$t has no field nothing"),
            ("include a.pika", "a.pika is read into itself | a.pika → a.pika"),
            ("include missing.pika", "missing.pika: no such file"),
            ("let f=b.pika\ninclude $f", "the file of include is written out"),
            ("include b.pika c.pika", "include takes one file"),
            ("include NAME=1 b.pika", "include takes one file"),
            ("include b.pika NAME=1 NAME=2", "NAME= is given twice"),
            ("include b.pika name=1", "include takes no name="),
            ("include bad.pika", "bad.pika has a mistake | bad.pika:1: there is no command nonsense"),
            ("include loop.pika", "loop.pika has a mistake"),
            ("include b.pika SIZE=9", "SIZE=9 is not one of 1, 2"),
            ("include b.pika within=2s", "include cannot be repeated"),
            ("let x=1\ninclude uses.pika", "uses.pika has a mistake | uses.pika:1: $x is not defined"),
        ])
    func mistakes(script: String, message: String) throws {
        try write([
            "a.pika": script, "b.pika": "env NAME=x\nenv SIZE=1 oneof=1,2\nlet y=1", "bad.pika": "nonsense",
            "loop.pika": "include a.pika", "c.pika": "", "uses.pika": "echo $x",
        ])
        let found = try problems()
        #expect(found.contains { $0.contains(message) }, "\(found)")
    }

    @Test("what one file is given is not handed on to the files that it includes")
    func nestedArguments() async throws {
        let run = try await run([
            "a.pika": "include b.pika NAME=leak", "b.pika": "env NAME=x\ninclude c.pika",
            "c.pika": "env NAME=default\necho $NAME",
        ])
        #expect(run.failure == nil && run.printed == ["default"])
    }

    @Test("a file is itself under every name: cycles are found at once, and many files are too many")
    func cyclesUnderOtherNames() throws {
        try write(["a.pika": "include ./a.pika\ninclude ././a.pika\ninclude lib/../a.pika", "lib/x.pika": ""])
        let problems = try problems()
        #expect(problems.count == 3 && problems.allSatisfy { $0.contains("is read into itself") })
        var files: [String: String] = ["a.pika": "include f0.pika"]
        for number in 0..<12 {
            files["f\(number).pika"] = String(repeating: "include f\(number + 1).pika\n", count: 3)
        }
        files["f12.pika"] = "echo end"
        try write(files)
        #expect(try self.problems().contains { $0.contains("more than 2000 files") })
    }

    @Test("a name that every result has cannot be a file's result")
    func takenResults() throws {
        try write(["a.pika": "include b.pika as=t", "b.pika": "let code=x"])
        #expect(try problems().first?.contains("b.pika sets code") ?? false)
        try write(["a.pika": "include b.pika"])
        #expect(try problems().isEmpty)
    }
}
