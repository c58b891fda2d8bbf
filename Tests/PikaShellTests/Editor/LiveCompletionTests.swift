import Scripting
import TestSupport
import Testing
import Vocabulary

@testable import PikaShell

@Suite("help with a line that is typed")
struct LiveCompletionTests {
    private struct Use: Command {
        var description: CommandDescription {
            var description = CommandDescription("use", "takes a session")
            description.words = .list("SESSION", required: true)
            description.naming = Naming("session", creates: false)
            description.completes = ["agent"]
            description.parameters = [
                Parameter("mode", .choice(["fast", "slow"]), "how"), Parameter("npub", .text, "whose"),
            ]
            return description
        }
        func run(_ call: CommandCall, in script: Interpreter) -> [String: EventValue] { [:] }
    }

    private var completions: Completions {
        var names = LiveNames()
        names.byKind = [
            "session": [LiveName("alpha", "running"), LiveName("beta")], "agent": [LiveName("vm-1")],
            "npub": [LiveName("npub1x")],
        ]
        names.variables = [
            "vm": .record(["id": .text("vm-1"), "ip": .text("10.0.0.1"), "deep": .record(["x": .number(1)])]),
            "vmx": .text("y"),
        ]
        return Completions(
            catalogue: CommandCatalogue([Use()]) + CommandCatalogue.general.commands, names: names)
    }

    @Test(
        "names that exist, behind prefixes, keys not yet given, variables and their fields",
        arguments: [
            ("use ", ["alpha", "beta", "vm-1"]), ("try use be", ["beta"]), ("in alpha: use v", ["vm-1"]),
            ("in ", ["alpha:", "beta:"]), ("in b", ["beta:"]), ("use alpha npub=", ["npub=npub1x"]),
            ("use alpha mode=fast mo", []), ("use alpha mo", ["mode="]), ("echo $vm", ["vm", "vmx"]),
            ("echo $vm.i", ["id", "ip"]), ("echo ${vm.deep.", ["x"]), ("echo $vmx.", []), ("echo $no.", []),
            ("def", ["deferred", "defer"]), ("trace h", ["http"]), ("trace http f", ["full"]),
        ])
    func candidates(text: String, expected: [String]) {
        #expect(completions.all(for: text).map(\.text) == expected)
    }

    @Test(
        "what may follow, in the catalogue's words",
        arguments: [
            ("use ", "SESSION mode= npub="), ("use alpha mode=fast ", "npub="), ("use", ""),
            ("nonsense ", ""),
            ("try use ", "SESSION mode= npub="), ("echo hello ", ""), ("echo ", "[TEXT]"), ("", ""),
        ])
    func hints(text: String, expected: String) {
        #expect(completions.hint(for: text) == expected)
    }

    @Test(
        "colours leave the characters what they are",
        arguments: [
            "use alpha", "try use \"a $vm.id b\" 'c $x' # why", "nonsense x", "  if $a == 1: echo \"un",
            "group ",
            "for x in 1,2", "échø 日本 $vm", "", "   ", "a\\\"b \"x\\\"y\" z", "#only", "in alpha: use",
        ])
    func colors(line: String) {
        let painted = SyntaxColors(catalogue: completions.catalogue).painted(line)
        #expect(painted.replacing(/\u{1b}\[[0-9;]*m/, with: "") == line)
    }

    @Test("known commands, unknown ones, variables and texts stand out")
    func marks() {
        let colors = SyntaxColors(catalogue: completions.catalogue)
        #expect(colors.painted("use $vm.id") == "\u{1b}[1;36muse\u{1b}[0m \u{1b}[33m$vm.id\u{1b}[0m")
        #expect(colors.painted("nonsense x").hasPrefix("\u{1b}[31mnonsense\u{1b}[0m"))
        #expect(colors.painted("nons") == "nons")
        #expect(colors.painted("echo '$vm'").hasSuffix("\u{1b}[32m'$vm'\u{1b}[0m"))
    }

    @Test("few candidates are explained, many stand in columns; no row is wider than the terminal")
    func lists() {
        let few = [
            Completions.Candidate(text: "a", detail: "first", replaces: 0),
            Completions.Candidate(text: "long", detail: String(repeating: "x", count: 100), replaces: 0),
        ]
        let rows = CandidateList.text(few, columns: 40).split(separator: "\n")
        #expect(rows.count == 2 && rows[0] == "a     first" && rows[1].count == 39)
        let many = (0..<60).map { Completions.Candidate(text: "name\($0)", detail: "d", replaces: 0) }
        let columns = CandidateList.text(many, columns: 40).split(separator: "\n")
        #expect(columns.count == 15 && columns.allSatisfy { $0.count < 40 })
    }

    @Test(
        "pasted text is one line for the editor, and its lines again behind it",
        arguments: [
            ("a\nb", "a␤b", "a\nb"), ("a\r\nb\r\n", "a␤b", "a\nb"), ("a\rb", "a␤b", "a\nb"),
            ("\tx\u{3}\u{1b}[2J", " x[2J", " x[2J"), ("\n\n", "", ""), ("é日", "é日", "é日"),
        ])
    func pasted(text: String, edited: String, lines: String) {
        let result = PastedText.edited(text.unicodeScalars)
        #expect(result == edited && PastedText.lines(in: result) == lines)
    }
}
