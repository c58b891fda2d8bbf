import Testing
import Vocabulary

@testable import pikachat

@Suite("reading the command line")
struct ArgumentsTests {
    private let options = [
        OptionSpec("--url", placeholder: "URL", help: ""),
        OptionSpec("--relay", "-r", placeholder: "URL", help: "", isRepeatable: true),
        OptionSpec("--keep", "-k", help: ""),
    ]

    private func parse(_ arguments: [String], stop: Bool = false) throws -> ParsedArguments {
        try Arguments.parse(arguments[...], options: options, stopAtPositional: stop)
    }

    @Test("values follow or are joined; the first name is the name in results")
    func values() throws {
        let parsed = try parse(["--url", "a", "-r=b", "--relay", "c=d=e", "-k", "word"])
        #expect(parsed.value("--url") == "a" && parsed.all("--relay") == ["b", "c=d=e"])
        #expect(parsed.value("--relay") == "c=d=e" && parsed.has("--keep") && !parsed.has("--url"))
        #expect(parsed.positionals == ["word"])
        #expect(try parse(["--url=k=v=w"]).value("--url") == "k=v=w")
        #expect(try parse(["--url="]).value("--url") == "")
        #expect(try parse(["--url", "--keep"]).value("--url") == "--keep")
        #expect(try parse([]).value("--url") == nil && parse([]).all("--relay").isEmpty)
    }

    @Test("- is a word, -- ends the options, and a subcommand's options are not ours")
    func words() throws {
        #expect(try parse(["-", "a"]).positionals == ["-", "a"])
        let parsed = try parse(["a", "--", "--keep", "--"])
        #expect(parsed.positionals == ["a", "--keep", "--"] && !parsed.has("--keep"))
        let stopped = try parse(["--keep", "run", "--unknown", "x"], stop: true)
        #expect(stopped.positionals == ["run", "--unknown", "x"] && stopped.has("--keep"))
    }

    @Test(
        "mistakes say what to do",
        arguments: [
            (["--ulr", "x"], "unknown option --ulr", ["did you mean --url?"]),
            (["--nothing-like-it"], "unknown option --nothing-like-it", ["--help lists all options"]),
            (["--url"], "--url needs a value: --url URL", []), (["-r"], "-r needs a value: -r URL", []),
            (["--keep=yes"], "--keep takes no value", []), (["--keep="], "--keep takes no value", []),
            (["--url=a", "--url", "b"], "--url is given twice", []),
        ] as [([String], String, [String])])
    func mistakes(arguments: [String], message: String, hints: [String]) {
        let failure = #expect(throws: Failure.self) { try parse(arguments) }
        #expect(failure?.code == .usage && failure?.message == message && failure?.hints == hints)
    }

    @Test("a flag may be given twice")
    func flags() throws {
        #expect(try parse(["--keep", "-k"]).flags == ["--keep"])
    }

    @Test("a parameter as an option: its variable and default in the help, a flag without value")
    func parameters() {
        let text = OptionSpec(
            Parameter("memory-mb", .text, "how much", default: "1024", environment: "MEMORY"))
        #expect(text.names == ["--memory-mb"] && text.placeholder != nil)
        #expect(text.help == "how much (or MEMORY) [default: 1024]")
        let flag = OptionSpec(Parameter("keep", .flag, "keeps it", default: "no"))
        #expect(flag.placeholder == nil && flag.help == "keeps it")
    }

    @Test("the longest name of a command wins; half of one says what is missing")
    func commands() throws {
        let found = try Program.find(["agent", "list", "x"])
        #expect(found.command.spec.name == "agent list" && found.words == 2)
        let run = try Program.find(["run", "list"])
        #expect(run.command.spec.name == "run" && run.words == 1)
        let half = #expect(throws: Failure.self) { try Program.find(["agent"]) }
        #expect(half?.message == "agent needs a second word")
        let wrong = #expect(throws: Failure.self) { try Program.find(["agent", "lsit"]) }
        #expect(wrong?.message == "there is no command agent lsit")
        #expect(wrong?.hints == ["did you mean agent list?"])
        let none = #expect(throws: Failure.self) { try Program.find(["zzzzzzzz"]) }
        #expect(none?.hints == ["pikachat --help lists all commands"])
    }
}
