import Scripting
import Testing
import Vocabulary

@testable import PikaShell

@Suite("what Tab offers")
struct CompletionsTests {
    private struct Pick: Command {
        var description: CommandDescription {
            var description = CommandDescription("pick", "for tests")
            description.aliases = ["mode"]
            description.words = .list("WHAT", required: true)
            description.choices = ["alpha", "beta", "beth"]
            description.parameters = [
                Parameter("mode", .choice(["fast", "slow"]), "how"), Parameter("force", .flag, "whether"),
                Parameter("text", .text, "what"),
            ]
            return description
        }
        func run(_ call: CommandCall, in script: Interpreter) -> [String: EventValue] { [:] }
    }

    private struct GroupPick: Command {
        var description: CommandDescription {
            var description = CommandDescription("group pick", "for tests")
            description.choices = ["one"]
            return description
        }
        func parameters(firstWord: String?) -> [Parameter] {
            firstWord == "one" ? [Parameter("only-for-one", .text, "")] : []
        }
        func run(_ call: CommandCall, in script: Interpreter) -> [String: EventValue] { [:] }
    }

    private let completions = Completions(catalogue: CommandCatalogue([Pick(), GroupPick(), GroupPick()]))

    @Test(
        "names of commands, as long as one begins like the line",
        arguments: [
            ("", ["group pick", "pick"]), ("pi", ["pick"]), ("  pi", ["pick"]), ("group", ["group pick"]),
            ("group p", ["group pick"]), ("x", []), ("x y", []),
        ])
    func names(text: String, expected: [String]) {
        #expect(completions.all(for: text).map(\.text) == expected)
    }

    @Test(
        "words that the command takes, as far as they are not written yet",
        arguments: [
            ("pick ", ["alpha", "beta", "beth"]), ("pick al", ["alpha"]), ("pick be", ["beta", "beth"]),
            ("pick alpha be", []), ("group pick o", ["one"]), ("mode b", ["beta", "beth"]),
            ("pick force=yes be", ["beta", "beth"]),
        ])
    func words(text: String, expected: [String]) {
        #expect(completions.all(for: text).map(\.text) == expected)
    }

    @Test(
        "keys, and the values of those that have some",
        arguments: [
            ("pick alpha m", ["mode="]), ("pick alpha mode=", ["mode=fast", "mode=slow"]),
            ("pick alpha mode=s", ["mode=slow"]), ("pick force=", ["force=yes", "force=no"]),
            ("pick alpha text=", []), ("pick alpha other=", []), ("pick wi", ["within="]),
            ("group pick one on", ["only-for-one="]), ("group pick two on", []),
        ])
    func keys(text: String, expected: [String]) {
        #expect(completions.all(for: text).map(\.text) == expected)
    }

    @Test("behind everything else, all keys")
    func allKeys() {
        let universal = UniversalParameters.all.map { "\($0.name)=" }
        #expect(completions.all(for: "pick alpha ").map(\.text) == ["mode=", "force=", "text="] + universal)
    }

    @Test("a name that is still being written has no arguments")
    func unfinishedName() {
        #expect(completions.all(for: "mode").map(\.text).isEmpty)
    }
}
