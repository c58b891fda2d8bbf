import Testing
import Vocabulary

@testable import Scripting

@Suite("the catalogue of commands")
struct CommandCatalogueTests {
    private static let catalogue = CommandCatalogue([
        FakeCommand("quit").described { $0.aliases = ["exit", "group"] }, FakeCommand("group create"),
        FakeCommand("group"), FakeCommand("relay list"), FakeCommand("relay add"),
        FakeCommand("other").described { $0.aliases = ["exit", "relay show"] },
    ])

    private func resolved(_ line: String) -> String {
        let words = Lexer.lines(of: Source(name: "t", text: line))[0].words
        do {
            let (command, count) = try Self.catalogue.resolve(words)
            return "\(command.description.name) \(count)"
        } catch {
            return ([error.message] + error.notes.map(\.text)).joined(separator: "; ")
        }
    }

    @Test(
        "names of one word and of two, aliases; two words go first, a name goes before an alias",
        arguments: [
            ("quit", "quit 1"), ("exit", "quit 1"), ("exit now", "quit 1"),
            ("group create x", "group create 2"),
            ("group x", "group 1"), ("group", "group 1"), ("relay add", "relay add 2"),
            ("relay show", "other 2"),
            ("relay", "relay needs a second word; known: relay list, relay add"),
            (
                "relay lst",
                "there is no command relay lst; did you mean relay list?; known: relay list, relay add"
            ),
            ("qiut", "there is no command qiut; did you mean quit?"),
            ("zzzzzzzz", "there is no command zzzzzzzz; help lists all commands"),
            ("\"quit\"", "there is no command \"quit\"; did you mean quit?"),
            ("x=1", "there is no command x=1; a variable is set with: let x=1"),
            ("group \"create\"", "group 1"), ("group create=1", "group 1"),
        ])
    func resolving(line: String, expected: String) { #expect(resolved(line) == expected) }

    @Test("a later command of the same name takes the earlier one's place")
    func replacing() {
        let first = CommandCatalogue([FakeCommand("a"), FakeCommand("b")])
        let changed = FakeCommand("a").described { $0.results = [("new", "")] }
        let last = first + [changed, FakeCommand("c")]
        #expect(last.names == ["a", "b", "c"] && last.command(named: "a")?.description.results.count == 1)
        let front = [FakeCommand("c"), changed] + first
        #expect(front.names == ["c", "a", "b"] && front.command(named: "a")?.description.results.count == 1)
        #expect(last.command(named: "d") == nil)
    }

    @Test("failure codes and variables of commands are known")
    func more() {
        let code = FailureCode("rollback", exitStatus: 4)
        let catalogue =
            (CommandCatalogue([FakeCommand("a").described { $0.variables = ["vm"] }]).adding(failureCodes: [
                code
            ])
                + [FakeCommand("b")])
        #expect(catalogue.failureCodes.contains(code) && catalogue.failureCodes.contains(.timeout))
        #expect(catalogue.variables == ["vm", "mock", "ci", "tty", "last", "error"])
        #expect(ScriptRun.problems("fails rollback: a", catalogue: catalogue).isEmpty)
        #expect(!ScriptRun.problems("fails rollback: ok", catalogue: ScriptRun.catalogue).isEmpty)
    }

    @Test("a requirement names what must come first")
    func requirements() {
        let agent = Requirement("agent")
        let group = Requirement("group", after: agent)
        #expect(group.firstMissing(among: []) == agent && group.firstMissing(among: [agent]) == group)
        #expect(group.firstMissing(among: [group]) == nil)
    }

    @Test("every general command has help, and an own name")
    func general() {
        let commands = CommandCatalogue.general.commands.map(\.description)
        #expect(Set(commands.map(\.name)).count == commands.count)
        for command in commands { #expect(!command.summary.isEmpty && !command.usage.isEmpty) }
        #expect(CommandCatalogue.general.command(named: "exit")?.description.name == "quit")
    }
}
