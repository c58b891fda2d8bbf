import Foundation
import TestSupport
import Testing
import Vocabulary

@testable import Scripting

@Suite("what check finds")
struct CheckerTests {
    private static let agent = Requirement("agent", missing: "an agent", first: "spawn PROVIDER")
    private static let group = Requirement("group", missing: "a group", first: "group create", after: agent)
    private static let world = Requirement(
        "mock", missing: "the mock world", first: "use --mock", isOfHost: true)
    static let catalogue =
        ScriptRun.catalogue + [
            FakeCommand("begin").described {
                $0.provides = [agent]
                $0.naming = Naming("session", creates: true)
            },
            FakeCommand("create").described {
                $0.requirements = [agent]
                $0.provides = [group]
            },
            FakeCommand("talk").described { $0.requirements = [group] },
            FakeCommand("leave").described { $0.naming = Naming("session", creates: false) },
            FakeCommand("mockery").described { $0.requirements = [world] },
        ]

    static let mistakes: [(text: String, part: String)] = [
        // Variables.
        ("echo $x", "$x is not defined"), ("echo $TOKEN", "declare inputs first"),
        ("let count=1\necho $cuont", "did you mean $count?"),
        ("if $mock: let y=1\necho $y", "only defined on some ways"),
        ("for i in $mock\n  let z=1\nend\necho $z", "only defined on some ways"),
        ("if $mock\n  let a=1\nelse\n  let b=1\nend\necho $a", "only defined on some ways"),
        ("ok x as=r\necho $r.nothing", "$r has no field nothing"),
        ("ok x as=r\necho $r.idd", "did you mean $r.id?"),
        ("try ok x\necho $error.cod", "$error has no field cod"), ("echo $mock.x", "$mock has no field x"),
        ("if $mock\n  let a=1\nend\necho $a", "only defined on some ways"),
        ("repeat 0\n  let a=1\nend\necho $a", "only defined on some ways"),
        ("for 1x in a\n  echo x\nend", "1x is not a name"), ("try talk\ntalk", "`talk` needs an agent"),
        ("env L=1 list\nsh command=$L.0", "may come from outside"),
        // Names that are taken.
        ("ok x as=mock", "mock is a variable of the language"),
        ("ok x as=vm", "vm is a variable of the language"),
        ("for last in a b\n  echo x\nend", "last is a variable"), ("let error=1", "let is written"),
        ("let vm=1", "vm is a variable"),
        ("ok x as=R", "local names are in lower case"),
        ("for X in a\n  echo x\nend", "local names are in lower case"),
        // Comparisons.
        ("expect vm.id != \"\"", "compares two fixed texts"), ("expect 1 == 2", "compares two fixed texts"),
        ("expect state == chatting", "did you mean the variable $state?"),
        ("if x == y: echo z", "compares two fixed texts"),
        ("if $mock:\n  echo x\nend", "a block is written without the colon"),
        ("if $mock = 1: echo x", "written with =="), ("expect $mock = yes", "written with =="),
        ("expect $mock", "cannot be expected"),
        ("expect $mock matches /(/", "not a valid regular expression"),
        ("if $mock matches /(/: echo x", "not a valid regular expression"),
        ("if $mock matches /[/: echo x", "not a valid regular expression"),
        // Order, names, hosts.
        ("create", "`create` needs an agent: run `spawn PROVIDER` first"),
        ("begin a\ntalk", "`talk` needs a group: run `group create` first"),
        ("talk", "`talk` needs an agent"), ("begin a\nleave b", "there is no session b"),
        ("leave b", "there is none yet"),
        ("begin a\nin c: echo x", "there is no session c"), ("stop x", "there is no job x"),
        ("start x sleep 1\nlogs y", "known: x"),
        ("mockery", "needs the mock world"),
        // Values.
        ("repeat 100001\n  echo x\nend", "from 0 to 100000"),
        ("repeat many\n  echo x\nend", "from 0 to 100000"),
        ("http get example.com/x", "not an http address"),
        ("http fetch http://x", "does not know the method"),
        ("http get http://x status=99", "from 100"), ("http get http://x header=nocolon", "Name: value"),
        ("env X=a oneof=b,c", "is not one of"), ("env x=1", "upper-case"),
        ("env T=1 secret", "cannot have a default"), ("sleep soon", "sleep takes one time"),
        ("require TOKEN", "$TOKEN is not defined"), ("stop a b", "takes one word"),
        ("ok x no=1", "takes no no="),
        ("expect $mock == yes for=5s", "for= has no effect here"),
        // Quotes.
        ("expect \"a\"b == $mock", "follows the closing quote"),
        ("let x=\"a\"b", "follows the closing quote"),
        ("ok x as=\"r\"s", "follows the closing quote"),
        ("for i in \"a\"b\n  echo x\nend", "follows the closing quote"),
        ("if \"a\"b == $mock: echo x", "follows the closing quote"),
        ("for i in a=b\n  echo x\nend", "for takes values only"),
        ("http get http://", "names no host"), ("http get http://127.0.0.1:99999/", "names no host"),
        ("http get http://x header=\"A: b\\nc\"", "on one line"), ("env A=1 oneof=", "names no value"),
        ("source no-such-file.pika", "no such file"),
        ("env A=1\nenv A=2", "A is declared twice"), ("if $mock: env A=1\nenv A=2", "A is declared twice"),
        ("start j true\nstop j\nstop j", "there is no job j"),
        ("start j true\nstop j\nlogs j", "there is no job j"),
        ("ok x timeout=0s", "timeout= is no time at all"), ("ok x within=0", "within= is no time at all"),
        ("ok x stable=0ms", "stable= is no time at all"), ("http get http://x body=\"\"", "body= is empty"),
        // Other languages.
        ("elif $mock", "write: else if"), ("fi", "a block ends with: end"),
        ("export X=1", "env NAME=default"), ("X=1", "let X=1"),
        ("for i in a b; do\n  echo x\nend", "does not belong here"), ("echo ${X:-2}", "env NAME=default"),
        ("while $mock", "no such loop"),
        // Code from outside.
        ("ok x as=r\nsh command=$r.id", "may come from outside"),
        ("let c=ls\nstart j command=$c", "may come from outside"), ("sh", "sh is written"),
        ("start", "start is written"), ("sh command=ls -l", "either command= or words"),
    ]

    @Test("every mistake is found before anything runs", arguments: mistakes.indices)
    func mistake(index: Int) {
        let (text, part) = Self.mistakes[index]
        let problems = ScriptRun.problems(text, catalogue: Self.catalogue, context: CheckContext(host: []))
        #expect(problems.contains { $0.contains(part) }, "\(text): \(problems)")
    }

    @Test(
        "what is right is not complained about",
        arguments: [
            "if $mock\n  let a=1\nelse\n  let a=2\nend\necho $a", "repeat 1\n  let a=1\nend\necho $a",
            "for i in x y\n  let a=$i\nend\necho $a $i",
            "begin a\ncreate\ntalk\nleave a\nin a: talk", "fails: talk\ntry leave zz\nif ok talk: echo x",
            "begin $mock\nleave anything",
            "if $mock: mockery", "if $mock == \"a\": echo x", "unless $mock matches /a:b/: echo x",
            "let n=\"a b\"\nif $n contains \"b:\": echo x", "expect \"a\" == \"a\"",
            "expect \"a\" contains $mock",
            "env CMD=ls\nsh command=$CMD", "sh echo $mock as=r\necho $r.text $r.stderr",
            "let u=http://x\nhttp get $u/y as=r\necho $r.json.a.b ${r.headers.content-type}",
            "start j true\nlogs j\nstop j", "env A=1,2 list\nfor x in $A\n  echo $x\nend",
            "ok x as=a-b", "exit", "if $mock\n  repeat 2\n    mockery\n  end\nend",
            "if $mock\n  begin a\nend\ncreate",
            "echo \"a\", he said", "sh echo \"a\"'b'", "for i in 1..3\n  echo $i\nend",
            "sh make\nsource made.pika", "start j true\nstop j\nstart j true\nstop j",
            "if $mock\n  env A=1\nelse\n  env A=2\nend",
        ])
    func right(text: String) {
        #expect(ScriptRun.problems(text, catalogue: Self.catalogue, context: CheckContext(host: [])) == [])
    }

    @Test("a file is looked for beside the one that names it, by check and by the run")
    func besideItself() async throws {
        let directory = TemporaryDirectory()
        func write(_ name: String, _ text: String) throws {
            try text.write(toFile: directory.file(name), atomically: true, encoding: .utf8)
        }
        try FileManager.default.createDirectory(
            atPath: directory.file("lib"), withIntermediateDirectories: true)
        try write("main.pika", "source lib/one.pika\necho $two")
        try write("lib/one.pika", "source two.pika")
        try write("lib/two.pika", "let two=2")
        let source = try Source.load(directory.file("main.pika"))
        let script = try CheckedScript.make(source, catalogue: ScriptRun.catalogue).get()
        let host = FakeHost()
        let interpreter = Interpreter(host: host, catalogue: ScriptRun.catalogue, inputs: Inputs())
        try await interpreter.execute(script)
        #expect(host.events.last { $0.name == "echo" }?.text == "2")
        try write("lib/two.pika", "source one.pika")
        #expect(throws: ScriptProblems.self) {
            try CheckedScript.make(source, catalogue: ScriptRun.catalogue).get()
        }
    }

    @Test("text that looks like a parameter, and words of other languages, are warned about and run")
    func warnings() throws {
        for (text, part) in [
            ("echo hi as=x", "as= is part of the text"), ("echo 'pong'", "single quotes"),
            ("echo $(date)", "the output of a command"),
        ] {
            let script = try CheckedScript.make(Source(name: "t", text: text), catalogue: ScriptRun.catalogue)
                .get()
            #expect(
                script.warnings.contains { ($0.message + $0.notes.map(\.text).joined()).contains(part) },
                "\(text)")
        }
    }

    @Test("a quoted value is no slip; a number is no forgotten variable; one missing step is told once")
    func noise() throws {
        let quoted = try CheckedScript.make(
            Source(name: "t", text: "echo hi as=\"x\""), catalogue: ScriptRun.catalogue
        ).get()
        #expect(quoted.warnings.isEmpty)
        #expect(ScriptRun.problems("expect 1 == 2").first?.contains("$1") == false)
        #expect(
            ScriptRun.problems(
                "talk\ntalk\ncreate", catalogue: Self.catalogue, context: CheckContext(host: [])
            ).count == 1)
    }

    @Test("a parameter that must be there is missed")
    func required() {
        let command = FakeCommand("need").described {
            $0.parameters = [Parameter("size", .text, "how much", required: true)]
        }
        let catalogue = ScriptRun.catalogue + [command]
        #expect(ScriptRun.problems("need x", catalogue: catalogue) == ["size= is missing: how much"])
        #expect(ScriptRun.problems("need x size=2", catalogue: catalogue) == [])
    }

    @Test("at a prompt nobody knows what went before")
    func prompt() {
        #expect(
            ScriptRun.problems(
                "talk\nleave b\nstop x", catalogue: Self.catalogue, context: .running(variables: [])) == [])
    }

    @Test("thousands of mistakes are found in linear time")
    func large() {
        let known = (0..<2000).map { "let known_\($0)=1" }
        let unknown = (0..<2000).map { "echo $unknown_\($0)" }
        #expect(ScriptRun.problems((known + unknown).joined(separator: "\n")).count == 2000)
    }

    @Test("inputs are judged before the start: choices, short secrets, names that nothing declares")
    func inputs() throws {
        func problems(_ text: String, _ inputs: Inputs) throws -> [String] {
            let script = try CheckedScript.make(Source(name: "t", text: text), catalogue: ScriptRun.catalogue)
                .get()
            return CheckedScript.problems(of: inputs, for: [script]).map {
                ([$0.message] + $0.notes.map(\.text)).joined(separator: " ")
            }
        }
        #expect(
            try problems("env A=b oneof=b,c", Inputs(sets: ["A": "x"])).first?.contains("not one of b, c")
                ?? false)
        #expect(
            try problems("env TOKEN secret", Inputs(environment: ["TOKEN": "abc"])).first?.contains(
                "shorter than 4") ?? false)
        #expect(
            try problems("env COUNT=1", Inputs(sets: ["CUONT": "1"])).first?.contains("did you mean COUNT?")
                ?? false)
        #expect(try problems("if $mock\n  env A=1\nend", Inputs(sets: ["A": "1"])).isEmpty)
        let directory = TemporaryDirectory()
        let other = directory.file("other.pika")
        try "env A=1".write(toFile: other, atomically: true, encoding: .utf8)
        #expect(try problems("source \(other)", Inputs(sets: ["A": "1"])).isEmpty)
        let scripts = try ["source \(other)", "echo x"].map {
            try CheckedScript.make(Source(name: "t", text: $0), catalogue: ScriptRun.catalogue).get()
        }
        #expect(CheckedScript.problems(of: Inputs(sets: ["A": "1"]), for: scripts).isEmpty)
    }
}
