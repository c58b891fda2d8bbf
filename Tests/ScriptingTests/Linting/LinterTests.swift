import Testing
import Vocabulary

@testable import Scripting

@Suite("rules of check")
struct LinterTests {
    /// `begin` starts something, `finish` removes it, `ask` asks for an answer, `mocked` is for mocks.
    static let catalogue =
        ScriptRun.catalogue + [
            FakeCommand("begin").described { $0.opens = "thing" },
            FakeCommand("finish").described { $0.closes = "thing" },
            FakeCommand("ask").described { $0.asksFor = "log" },
            FakeCommand("mocked").described {
                $0.requirements = [
                    Requirement("mock", missing: "the mock world", isOfHost: true, isOnlyOfMocks: true)
                ]
            },
        ]

    static func findings(_ text: String, name: String = "t.pika") throws -> [String] {
        try CheckedScript.make(Source(name: name, text: text), catalogue: catalogue).get().findings.map {
            "\($0.rule?.id ?? ""):\($0.range?.line ?? 0)"
        }
    }

    /// For each rule: what breaks it, and what does not.
    static let cases: [(rule: String, broken: String, line: Int, fine: [String])] = [
        (
            "unused-variable", "let x=1", 1,
            [
                "let x=1\necho $x", "let x=1\nif $x: echo a", "switch a as=x", "let x=1\nfor i in $x\nend",
                "let x=1\nrepeat $x\nend",
            ]
        ),
        ("unused-variable", "echo a\nok b as=r", 2, ["ok b as=r\necho $r.id"]),
        (
            "unused-input", "env X=1", 1,
            ["env X=1\necho $X", "env X=1\nsh printenv X", "env X=1\nrequire X", "env X secret"]
        ),
        (
            "shadowed-variable", "let i=1\nfor i in a b\n  echo $i\nend", 2,
            ["for i in a\n  echo $i\nend\nfor i in b\n  echo $i\nend"]
        ),
        (
            "unreachable", "if $mock\n  fail now\n  echo never\nend", 3,
            ["if $mock: fail now\necho on", "fail now", "try fail now\necho on"]
        ),
        ("unreachable", "skip all\necho never", 2, []),
        (
            "left-running", "begin x", 1,
            ["begin x\ndefer finish", "begin x\nif $mock: finish", "fails: begin x"]
        ),
        (
            "sleep-for-wait", "start j sleep 1\nsleep 2s\nexpect log contains x", 2,
            [
                "sleep 2s\necho x", "start j sleep 1\nsleep 2s\nexpect no log for=1s",
                "sleep 1s\nexpect $mock == no",
            ]
        ),
        ("sleep-for-wait", "sleep 1s\nhttp get http://127.0.0.1:1/", 1, []),
        (
            "secret-in-output", "env T secret\necho token $T", 2,
            ["env T secret\nhttp get http://127.0.0.1:1/ header=\"A: $T\""]
        ),
        ("secret-in-output", "env T secret\nsh curl $T", 2, ["env T secret\nsh secrets=T printenv T"]),
        (
            "unguarded-mock", "echo a\nmocked b", 2,
            ["only mock\nmocked b", "if $mock: mocked b", "if $mock\n  mocked b\nend"]
        ),
        (
            "stale-expect", "start j echo x\nexpect log contains x", 2,
            ["ask x\nstart j echo x\nexpect log", "start j echo x\nexpect log from=start"]
        ),
        ("misplaced-parameter", "echo a within=2s", 1, ["echo \"within=2s\"", "echo a=b", "echo a"]),
        ("foreign-word", "echo `date`", 1, ["echo it's", "sh echo $(date)"]),
        ("unknown-rule", "# check: off nonsense", 1, ["# check: off unreachable"]),
    ]

    @Test("each rule finds what breaks it, and nothing else", arguments: cases.indices)
    func rules(index: Int) throws {
        let example = Self.cases[index]
        let found = try Self.findings(example.broken)
        #expect(found.contains("\(example.rule):\(example.line)"), "\(found)")
        for text in example.fine {
            #expect(try !Self.findings(text).contains { $0.hasPrefix(example.rule + ":") }, "\(text)")
        }
    }

    @Test("every rule has an example here, a name of its own, and advice")
    func complete() {
        let warnings = Linter.rules.filter { $0.severity == .warning }.map(\.id)
        #expect(Set(warnings) == Set(Self.cases.map(\.rule)))
        #expect(Set(Linter.rules.map(\.id)).count == Linter.rules.count)
        #expect(Linter.rules.allSatisfy { !$0.summary.isEmpty && !$0.advice.isEmpty })
    }

    @Test("a comment switches a rule off for its file")
    func off() throws {
        #expect(
            try Self.findings(
                "# check: off unreachable, unused-variable (both on purpose)\nlet x=1\nskip a\necho b") == [])
        #expect(try Self.findings("echo # check: off unreachable\nskip a\necho b") == ["unreachable:3"])
    }

    @Test("files for others to include may set what they do not read")
    func libraries() throws {
        #expect(try Self.findings("let x=1", name: "a/lib/t.pika") == [])
    }

    @Test(
        "errors have a rule, too",
        arguments: [
            ("echo $nothing", "undefined-variable"), ("ok a as=r\necho $r.nothing", "unknown-field"),
            ("sleep 1s timeout=soon", "wrong-value"), ("stop j", "unknown-name"), ("let last=1", "usage"),
            ("ok a as=last", "taken-name"), ("env A=1\nenv A=1", "double-input"), ("nonsense", "syntax"),
            ("include missing.pika", "missing-file"), ("if $mock", "syntax"), ("stop a b", "syntax"),
        ])
    func errors(text: String, rule: String) {
        guard
            case .failure(let found) = CheckedScript.make(
                Source(name: "t", text: text), catalogue: Self.catalogue)
        else {
            Issue.record("\(text) is fine")
            return
        }
        #expect(found.problems.first?.rule?.id == rule)
    }

    @Test(
        "fixes mend, and leave the rest as it is",
        arguments: [
            ("let x=1\necho a # b", "echo a # b"), ("ok a as=r   # c", "ok a   # c"),
            ("let x=1\nlet y=$x", ""),
            ("begin x\necho b", "begin x\ndefer finish\necho b"), ("  begin x", "  begin x\n  defer finish"),
            ("# top\nmocked a", "# top\nonly mock\nmocked a"), ("if $mock: let x=1", "if $mock: let x=1"),
            ("let a=1 b=2\necho $a", "let a=1 b=2\necho $a"), ("nonsense\nlet x=1", "nonsense\nlet x=1"),
            ("try ok a as=r", "try ok a"), ("sh echo as=x as=y", "sh echo as=x as=y"),
            ("sh echo a as=y", "sh echo a"),
        ])
    func fixes(before: String, after: String) {
        let fixed = ScriptFixer.fixed(Source(name: "t", text: before), catalogue: Self.catalogue)
        #expect(fixed.text == after)
        #expect(fixed.titles.isEmpty == (before == after))
    }

    @Test(
        "the longest time",
        arguments: [
            ("echo a", "at most 0s"), ("sleep 90s", "at most 1m 30s"),
            ("repeat 3\n  sleep 2s\nend", "at most 6s"),
            ("for i in 1..10 jobs=5\n  sleep 1m\nend", "at most 2m"),
            ("if $mock\n  sleep 5s\nelse\n  sleep 2s\nend", "at most 5s"),
            ("ok a within=20s", "at most 20s"), ("ok a timeout=2s stable=3s", "at most 8s"),
            ("if ok http get http://x within=3s: sleep 1s", "at most 4s"), ("defer sh true", "at most 45s"),
            ("sleep 2h\nsleep 90s", "at most 2h 1m"), ("start j sleep 1\nexpect log", "at most 30s"),
            ("start j sleep 1\nexpect no log for=3s", "at most 3s"),
            (
                "sh true\nsleep 1s",
                "at most 1s, beside what has no limit (line 1): --max-time or timeout= set one"
            ),
            ("sh timeout=7s true", "at most 7s"),
        ])
    func longest(text: String, expected: String) throws {
        let script = try CheckedScript.make(Source(name: "t", text: text), catalogue: Self.catalogue).get()
        #expect(LongestTime(of: script).text == expected)
    }

    @Test("what stands in a text switches no rule off")
    func switchInText() {
        let text = "let a=\"\"\"\n# check: off unused-variable\n\"\"\"\n"
        guard
            case .success(let script) = CheckedScript.make(
                Source(name: "t", text: text), catalogue: Self.catalogue)
        else {
            Issue.record("it has mistakes")
            return
        }
        #expect(script.findings.map { $0.rule?.id } == ["unused-variable"])
    }
}
