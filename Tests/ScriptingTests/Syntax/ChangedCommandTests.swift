import Testing
import Vocabulary

@testable import Scripting

@Suite("a command that is changed")
struct ChangedCommandTests {
    @Test(
        "a key that is there gets the new value, another stands behind the command's name",
        arguments: [
            ("sleep 5s", ["timeout=2s"], "sleep timeout=2s 5s"),
            ("http get http://h timeout=5s as=r", ["timeout=1s"], "http get http://h timeout=1s as=r"),
            ("echo  a  b ", [], "echo  a  b "),
            ("try sh timeout=5s 'a b' # why", ["timeout=9s"], "try sh timeout=9s 'a b' # why"),
            ("expect exit job within=1s", ["within=2s", "every=3s"], "expect every=3s exit job within=2s"),
            ("if ok sleep 1s: echo héllo", ["as=x"], "if ok sleep 1s: echo as=x héllo"),
            ("http post http://h \\\n  body=a", ["body=b"], "http post http://h \\\n  body=b"),
        ])
    func texts(text: String, changes: [String], expected: String) throws {
        #expect(try ChangedCommand.text(text, changes: changes, catalogue: .general) == expected)
    }

    @Test(
        "what cannot be changed is refused",
        arguments: [
            ("echo a\necho b", "as=x"), ("sleep 1s", "1s"), ("sleep 1s", "=x"), ("if ok sleep 1s", "as=x"),
            ("echo hello", "witin=5s"),
            ("sleep 1s", "colour=red"), ("http post http://h body=\"\"\"\na\n\"\"\"", "body=b"),
        ])
    func refused(text: String, change: String) {
        #expect(throws: Failure.self) {
            _ = try ChangedCommand.text(text, changes: [change], catalogue: .general)
        }
    }

    @Test("the statement keeps its place, and a parameter that it does not take is an error")
    func statement() throws {
        let source = Source(name: "f.pika", text: "echo first\n\nsleep 1s\necho last")
        let statement = Parser.parse(source, catalogue: .general).statements[1]
        let changed = try ChangedCommand.statement(
            statement, changes: ["timeout=2s"], catalogue: .general)
        #expect(changed.range.line == 3 && changed.range.file == "f.pika")
        guard case .command(_, let invocation) = changed else { return #expect(Bool(false)) }
        #expect(invocation.source == "sleep timeout=2s 1s")
        #expect(throws: Failure.self) {
            _ = try ChangedCommand.statement(statement, changes: ["colour=red"], catalogue: .general)
        }
    }

    @Test(
        "the words of again, as they are written",
        arguments: [
            ("again", []), ("retry  within=$x", ["within=$x"]), ("!!", []),
            ("again a=\"b c\"", ["a=\"b c\""]),
        ] as [(String, [String])])
    func words(text: String, expected: [String]) {
        #expect(ChangedCommand.changes(in: text, catalogue: .general) == expected)
        #expect(ChangedCommand.changes(in: "echo \(text)", catalogue: .general) == nil)
    }

    @Test(
        "prefixes on lines before the command, and texts over several lines, stay",
        arguments: [
            ("in a: \\\n  sleep 1s\necho b", "timeout=2s", "sleep timeout=2s 1s"),
            ("http post http://h body=\"\"\"\none\n\"\"\"\necho b", "timeout=2s", "http timeout=2s post"),
        ])
    func whole(text: String, change: String, start: String) throws {
        let statement = Parser.parse(Source(name: "f", text: text), catalogue: .general).statements[0]
        let changed = try ChangedCommand.statement(statement, changes: [change], catalogue: .general)
        guard case .command(let prefixes, let invocation) = changed,
            case .command(let before, let old) = statement
        else {
            Issue.record("no command")
            return
        }
        #expect(prefixes == before && invocation.source.hasPrefix(start))
        #expect(invocation.keyed.map(\.word.parts) == old.keyed.map(\.word.parts))
    }

    @Test("an unknown key is named with the nearest one")
    func unknownKey() throws {
        let failure = #expect(throws: Failure.self) {
            _ = try ChangedCommand.text("echo hello", changes: ["a=b"], catalogue: .general)
        }
        #expect(failure?.message == "echo takes no a=")
    }
}
