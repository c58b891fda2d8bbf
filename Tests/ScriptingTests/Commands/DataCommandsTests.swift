import Foundation
import TestSupport
import Testing
import Vocabulary

@testable import Scripting

@Suite("parse, snapshot, matches as=", .timeLimit(.minutes(4)))
struct DataCommandsTests {
    private let directory = TemporaryDirectory()

    // MARK: parse

    @Test("JSON keeps its digits, lists can be walked")
    func json() async throws {
        let run = try await ScriptRun.make(
            "parse json \"[{\\\"id\\\":12345678901234567890},{\\\"id\\\":1.10}]\" as=r\necho $r.json.0.id $r.json.1.id $r.count\nfor x in $r.items\n  echo $x.id\nend"
        )
        #expect(run.printed == ["12345678901234567890 1.10 2", "12345678901234567890", "1.10"])
    }

    @Test("lines: the last line end begins none; an empty text has none")
    func lines() async throws {
        let run = try await ScriptRun.make(
            "parse lines \"a\\nb c\\n\\nd\\n\" as=l\nfor x in $l.items\n  echo <$x>\nend\nparse lines \"\" as=none\necho $l.count $none.count"
        )
        #expect(run.printed == ["<a>", "<b c>", "<>", "<d>", "4 0"])
    }

    @Test("what is no JSON is a wrong answer", arguments: ["{", "", "hello", "[1,]"])
    func noJSON(text: String) async throws {
        let run = try await ScriptRun.make("let t=\"\(text)\"\nparse json $t")
        #expect(run.failure?.code == .mismatch)
    }

    @Test(
        "mistakes",
        arguments: [
            "parse", "parse json", "parse xml a", "parse $x a", "parse json a b", "parse json a within=2s",
            "snapshot",
            "snapshot ../a", "snapshot .a", "snapshot a/b", "snapshot a mask=/(/", "snapshot a of=all",
            "snapshot a of=last text=b", "snapshot a b", "if $x matches /(/ as=m: echo a",
            "if $x matches /a/ as=$x: echo a", "if $x matches /a/ as=M: echo a",
            "if $x contains a as=m: echo a",
        ])
    func mistakes(line: String) {
        #expect(!ScriptRun.problems("let x=1\n" + line).isEmpty)
    }

    // MARK: matches as=

    @Test("groups by number and name, in if and expect; a group that took no part is empty")
    func groups() async throws {
        let run = try await ScriptRun.make(
            """
            let v=v12.34
            if $v matches /v(?<major>\\d+)\\.(\\d+)(x)?/ as=m: echo $m.major $m.2 [$m.3] $m.text
            unless $v matches /(?<major>z)/ as=m: echo none [$m.major]
            expect $v matches /\\.(?<minor>\\d+)/ as=e
            echo $e.minor $e.1
            expect $v matches /(?<a>.)(?<b>.)/
            echo $last.a$last.b
            """)
        #expect(run.failure == nil && run.printed == ["12 34 [] v12.34", "none []", "34 34", "v1"])
    }

    // MARK: snapshot

    private func run(_ text: String, updating: Bool = false) async throws -> (
        failure: Diagnostic?, printed: [String]
    ) {
        let path = directory.file("t.pika")
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        let host = FakeHost()
        let interpreter = Interpreter(
            host: host, catalogue: ScriptRun.catalogue, inputs: Inputs(),
            settings: RunSettings(updatesSnapshots: updating))
        let script = try CheckedScript.make(try Source.load(path), catalogue: ScriptRun.catalogue).get()
        do { try await interpreter.execute(script) } catch let failure as Diagnostic { return (failure, []) }
        return (nil, host.events.map(\.text))
    }

    private func kept(_ name: String) throws -> String {
        try String(contentsOfFile: directory.file(name), encoding: .utf8)
    }

    @Test("written with --update, equal afterwards; what differs each time is masked")
    func updated() async throws {
        let script = "sh printf 'id vm-%04x%04x\\nat 12:00:0%d, 3.%ds\\n' $$ $$ 1 2\nsnapshot one"
        #expect(try await run(script).failure?.notes.first?.text == "--update writes it")
        #expect(try await run(script, updating: true).failure == nil)
        #expect(try kept("one.snap").contains("id vm-‹id›\n  at ‹time›, ‹duration›"))
        #expect(try await run(script).failure == nil)
    }

    @Test("a difference is shown line by line, and is a wrong answer")
    func difference() async throws {
        _ = try await run("snapshot a text=\"one\\ntwo\\nthree\\nfour\\nfive\\nsix\"", updating: true)
        let failure = try await run("snapshot a text=\"one\\ntwo\\nthree\\nfour\\nFIVE\\nsix\"").failure
        #expect(failure?.code == .mismatch)
        #expect(
            failure?.notes.map(\.text) == [
                "…", "  three", "  four", "- five", "+ FIVE", "  six", "if this is right, --update writes it",
            ])
    }

    @Test("own masks; secrets are never written")
    func masks() async throws {
        _ = try await run(
            "snapshot a text=\"load 0.35 of x\" mask=/[0-9.]+/ mask=\"/ of ./\"", updating: true)
        #expect(try kept("a.snap") == "load ‹masked›‹masked›\n")
        let secret = "nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5"
        _ = try await run("snapshot b text=\"\(secret)\"", updating: true)
        #expect(try !kept("b.snap").contains("nsec1vl"))
    }

    @Test("the last result without what says nothing; nested values are indented")
    func result() async throws {
        _ = try await run(
            "parse json \"{\\\"b\\\":[1,{\\\"c\\\":\\\"x\\\"}],\\\"a\\\":true}\"\nsnapshot a", updating: true)
        #expect(try kept("a.snap").hasPrefix("items:\n  a: yes\n  b:\n    - 1\n    -\n      c: x\njson:\n"))
    }

    @Test("too large, or not readable, is said")
    func large() async throws {
        try String(repeating: "x", count: 5 << 20).write(
            toFile: directory.file("a.snap"), atomically: true, encoding: .utf8)
        #expect(try await run("snapshot a text=x").failure?.message.contains("at most 4 MiB") ?? false)
        try Data([0xff, 0xfe]).write(to: URL(fileURLWithPath: directory.file("b.snap")))
        #expect(try await run("snapshot b text=x").failure?.message.contains("not a UTF-8") ?? false)
        let big = "sh head -c 5000000 /dev/zero | tr '\\0' x\nsnapshot c"
        #expect(try await run(big, updating: true).failure?.message.contains("at most 4 MiB") ?? false)
        #expect(!FileManager.default.fileExists(atPath: directory.file("c.snap")))
    }

    @Test("texts that have little in common are compared in time")
    func unlike() {
        let old = (0..<3000).map { "old \($0)" }.joined(separator: "\n")
        let new = (0..<3000).map { "new \($0)" }.joined(separator: "\n")
        let lines = TextDifference.lines(from: old, to: new)
        #expect(lines.count == 61 && lines[0] == "- old 0")
    }

    @Test("a mask that never ends is given up at the limit")
    func endlessMask() async throws {
        let failure = try await run(
            "snapshot s text=\"\(String(repeating: "a", count: 60))!\" mask=/(a+)+$/ timeout=50ms")
        #expect(failure.failure != nil)
    }

    @Test("equal looks are not equal, and one name has one text in a run")
    func exactness() async throws {
        _ = try await run("snapshot a text=\"caf\u{e9}\"", updating: true)
        #expect(try await run("snapshot a text=\"cafe\u{301}\"").failure?.code == .mismatch)
        let twice = "snapshot b text=one\nsnapshot b text=two"
        #expect(try await run(twice, updating: true).failure?.code == .mismatch)
        #expect(try kept("b.snap") == "one\n")
        #expect(try await run("snapshot b text=two\nsnapshot b text=two", updating: true).failure == nil)
    }
}
