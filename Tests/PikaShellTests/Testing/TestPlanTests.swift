import Testing
import Vocabulary

@testable import PikaShell

@Suite("which files run")
struct TestPlanTests {
    private static func names(_ plan: TestPlan) -> [String] {
        plan.tests.map { $0.title.split(separator: "/").last.map(String.init) ?? "" }
    }

    @Test("tags, and their contrary")
    func tags() throws {
        let folder = try SuiteFolder([
            "a.pika": "tag slow,net\necho a", "b.pika": "tag net", "c.pika": "echo c",
        ])
        var options = TestOptions()
        options.tags = ["slow"]
        #expect(try Self.names(folder.plan([], options)) == ["a.pika"])
        options.tags = ["net"]
        options.withoutTags = ["slow"]
        #expect(try Self.names(folder.plan([], options)) == ["b.pika"])
        options = TestOptions()
        options.withoutTags = ["net"]
        #expect(try Self.names(folder.plan([], options)) == ["c.pika"])
        options.tags = ["nothing"]
        #expect(throws: Failure.self) { try folder.plan([], options) }
    }

    @Test("a filter looks at the path and the values")
    func filter() throws {
        let folder = try SuiteFolder(["one.pika": "env P=x", "two.pika": "env P=x"])
        var options = TestOptions()
        options.matrix = try Matrix(["P=x,y"])
        options.filter = "two.*P=y"
        #expect(try Self.names(folder.plan([], options)) == ["two.pika [P=y]"])
        options.filter = "("
        #expect(throws: Failure.self) { try folder.plan([], options) }
    }

    @Test("what others include is no test of its own, unless it is named")
    func included() throws {
        let folder = try SuiteFolder([
            "a.pika": "include sub/b.pika\nsource c.pika", "sub/b.pika": "echo b", "c.pika": "echo c",
        ])
        #expect(try Self.names(folder.plan()) == ["a.pika"])
        #expect(try Self.names(folder.plan(["a.pika", "c.pika"])) == ["a.pika", "c.pika"])
    }

    @Test("a file that is named twice, or found twice, runs once")
    func once() throws {
        let folder = try SuiteFolder(["a.pika": "echo a"])
        #expect(try Self.names(folder.plan(["a.pika", "./a.pika", "."])) == ["a.pika"])
    }

    @Test("names that no file declares are mistakes; that one of them does not is said")
    func undeclared() throws {
        let folder = try SuiteFolder(["a.pika": "env NAME=x", "b.pika": "echo b"])
        var options = TestOptions()
        options.matrix = try Matrix(["NMAE=1"])
        let failure = #expect(throws: Failure.self) { try folder.plan([], options) }
        #expect(failure?.hints == ["did you mean NAME?"])
        #expect(throws: Failure.self) { try folder.plan(["b.pika"], sets: ["X": "1"]) }
        let plan = try folder.plan(sets: ["NAME": "1"])
        #expect(plan.remarks.count == 1 && plan.remarks[0].contains("b.pika"))
        // It gets nothing that it does not declare.
        #expect(plan.problems.isEmpty)
    }

    @Test("a value that an input refuses is found before anything runs")
    func values() throws {
        let folder = try SuiteFolder(["a.pika": "env P=x oneof=x,y"])
        var options = TestOptions()
        options.matrix = try Matrix(["P=x,z"])
        let plan = try folder.plan([], options)
        #expect(plan.problems.count == 1 && plan.problems[0].path.hasSuffix("[P=z]"))
    }

    @Test("mistakes of all files are found together")
    func mistakes() throws {
        let folder = try SuiteFolder(["a.pika": "nonsense", "b.pika": "echo b", "c.pika": "echo $x"])
        #expect(try folder.plan().problems.count == 2)
    }

    @Test("paths that mean nothing", arguments: ["missing", "empty"])
    func paths(name: String) throws {
        let folder = try SuiteFolder(["empty/x.txt": ""])
        let failure = #expect(throws: Failure.self) { try folder.plan([name]) }
        #expect(failure?.code == .usage)
    }

    @Test("a secret is no key of a matrix; what was given is part of the command that runs it again")
    func secretsAndAgain() throws {
        let folder = try SuiteFolder(["s.pika": "env TOKEN secret\nenv K=1\necho $K"])
        var options = TestOptions()
        options.matrix = try Matrix(["TOKEN=sekretvalue,other"])
        let failure = #expect(throws: Failure.self) { try folder.plan([], options) }
        #expect(failure?.message.contains("sekret") == false)
        let plan = try folder.plan([], TestOptions(), sets: ["K": "a b", "TOKEN": "sekretvalue"])
        #expect(plan.tests.first?.again.hasSuffix(" --set 'K=a b'") ?? false)
        #expect(plan.tests.first?.debug.hasSuffix("s.pika --mock --set 'K=a b' --shell-on-fail") ?? false)
    }
}
