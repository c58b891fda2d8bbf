import Foundation
import TestSupport
import Testing
import Vocabulary

@testable import Scripting

@Suite("require, sleep, save, vars", .timeLimit(.minutes(4)))
struct SmallCommandsTests {
    @Test("require lists everything that is missing")
    func require() async throws {
        let host = FakeHost(environment: ["PATH": "/usr/bin:/bin"])
        let run = try await ScriptRun.make(
            "env A\nenv B=x\nrequire A B tool:sh tool:no-such-tool file:/dev/null file:/no/such", host: host)
        #expect(run.failure?.code == .require && run.failure?.message == "3 requirements are missing")
        #expect(
            run.failure?.notes.map(\.text) == [
                "A is not set: export A=…, or --set A=…", "the program no-such-tool is not on PATH",
                "the file /no/such does not exist",
            ])
    }

    @Test(
        "a tool with a slash is a path, whatever PATH says",
        arguments: [
            ("tool:/bin/sh", true), ("tool:/no/such", false), ("tool:sh", false), ("tool:/dev/null", false),
        ])
    func tools(word: String, isThere: Bool) async throws {
        let run = try await ScriptRun.make(
            "require \(word)", host: FakeHost(environment: ["PATH": "/nowhere"]))
        #expect((run.failure == nil) == isThere, "\(run.failure?.message ?? "")")
    }

    @Test(
        "sleep takes up to a day",
        arguments: [("25h", FailureCode.usage), ("24h", .timeout), ("1s", .timeout)])
    func sleep(time: String, code: FailureCode) async throws {
        #expect(try await ScriptRun.make("sleep \(time) timeout=50ms").failure?.code == code)
    }

    @Test("save writes what was done for its owner only, and never over something else")
    func save() async throws {
        let (host, directory) = (FakeHost(), TemporaryDirectory())
        func save(_ path: String, after lines: String = "let a=1\nvars\necho $a\n") async throws {
            let script = try CheckedScript.make(
                Source(name: "t", text: "\(lines)save \(path)"), catalogue: .general
            ).get()
            try await Interpreter(host: host, catalogue: .general, inputs: Inputs()).execute(script)
        }
        let path = directory.file("saved")
        try await save(path)
        #expect(
            try String(contentsOfFile: path, encoding: .utf8).hasSuffix(
                "check` explains what looks odd.\nlet a=1\necho $a\n"))
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        try "mine".write(toFile: path, atomically: true, encoding: .utf8)
        let exists = await #expect(throws: Diagnostic.self) { try await save(path) }
        #expect(exists?.code == .usage && exists?.message.contains("exists already") ?? false)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "mine")
        let nowhere = await #expect(throws: Diagnostic.self) { try await save(directory.file("no/such")) }
        #expect(nowhere?.code == .require)
        let none = await #expect(throws: Diagnostic.self) {
            try await save(directory.file("x"), after: "vars\n")
        }
        #expect(none?.code == .usage)
    }

    @Test("vars lists those of the session, too")
    func vars() async throws {
        let run = try await ScriptRun.make("let x=1\nswitch a\nvars as=v\nswitch b\nvars as=w\necho $v.names")
        #expect(run.printed == ["ci,error,last,mock,tty,vm,x"] || run.printed.first?.contains("vm") ?? false)
        let texts = run.host.events.map(\.text).filter { $0.contains("x = 1") }
        #expect(texts.count == 2 && texts[0].contains("vm-a") && texts[1].contains("vm-b"))
    }
}
