import Testing
import Vocabulary

@testable import Scripting

@Suite("words of a command, sorted")
struct SortedWordsTests {
    private static let parameters = [
        Parameter("size", .text, "", aliases: ["s"]), Parameter("header", .text, "", repeatable: true),
    ]

    /// `words | own parameters | universal ones`, or the message of the problem.
    private func sorted(_ line: String, _ words: CommandDescription.Words) -> String {
        var description = CommandDescription("t", "for tests")
        description.words = words
        let command = FakeCommand("t").described {
            $0.words = words
            $0.parameters = Self.parameters
        }
        let parsed = Lexer.lines(of: Source(name: "t", text: "t \(line)"))[0].words
        do {
            let invocation = try Invocation(parsed, in: CommandCatalogue([command]))
            func text(_ all: [(parameter: Parameter, word: Word)]) -> String {
                all.map { "\($0.parameter.name):\($0.word.literal ?? "")" }.joined(separator: " ")
            }
            return [
                invocation.arguments.map(\.source).joined(separator: " "), text(invocation.keyed),
                text(invocation.universal),
            ].joined(separator: "|")
        } catch {
            return ([error.message] + error.notes.map(\.text)).joined(separator: "; ")
        }
    }

    @Test(
        "text begins at the first word that is no parameter; an unknown key= begins it",
        arguments: [
            ("size=1 as=r hello", "hello|size:1|as:r"), ("hello size=1 as=r", "hello size=1 as=r||"),
            ("nope=1 size=2", "nope=1 size=2||"), ("s=1 timeout=5s x s=2", "x s=2|size:1|timeout:5s"),
            ("", "||"),
            ("header=a header=b x", "x|header:a header:b|"), ("size=1 size=2 x", "size= is given twice"),
            ("size=1 s=2 x", "size= is given twice"), ("as=a as=b x", "as= is given twice"),
            ("\"size=1\" x", "\"size=1\" x||"),
        ])
    func text(line: String, expected: String) {
        #expect(sorted(line, .text("TEXT", required: false)) == expected)
    }

    @Test(
        "a list takes parameters anywhere, and refuses keys that it does not know",
        arguments: [
            ("a size=1 b as=r c", "a b c|size:1|as:r"), ("a szie=1", "did you mean size=?"),
            ("a zzzz=1", "known: size= header= as="),
            ("a size=1 as=x size=2", "size= is given twice"),
        ])
    func list(line: String, expected: String) {
        #expect(
            sorted(line, .list("WORD…", required: false)).contains(expected),
            "\(sorted(line, .list("", required: false)))")
    }

    @Test("raw words are the command's own; none takes no words")
    func raw() {
        #expect(sorted("a=1 size=2 as=r x", .raw("")) == "a=1 size=2 as=r x||")
        #expect(sorted("size=2 as=r", .none) == "|size:2|as:r")
        #expect(sorted("x", .none).contains("takes no words"))
        #expect(sorted("as=r", .list("WORD", required: true)).contains("WORD is missing"))
    }

    @Test(
        "parameters of code stand before it; as= may stand last",
        arguments: [
            (0, "size=1 ls as=x -l size=2", "ls as=x -l size=2|size:1|"), (0, "ls -l as=r", "ls -l||as:r"),
            (0, "as=r", "||as:r"), (0, "as=a ls as=b", "as= is given twice"), (0, "X=1 ls", "X=1 ls||"),
            (1, "job size=1 ls -l", "job ls -l|size:1|"),
            (1, "size=1 job as=r ls size=3", "job ls size=3|size:1|as:r"),
            (1, "job ls as=r", "job ls||as:r"), (1, "job X=1 ls", "job X=1 ls||"),
        ])
    func code(leadingWords: Int, line: String, expected: String) {
        #expect(sorted(line, .code(leadingWords: leadingWords)) == expected)
    }

    @Test("no more words than there may be")
    func maximum() {
        let command = FakeCommand("t").described { $0.maximumWords = 2 }
        let catalogue = CommandCatalogue([command])
        #expect(ScriptRun.problems("t a b", catalogue: catalogue).isEmpty)
        #expect(
            ScriptRun.problems("t a b c", catalogue: catalogue).first?.contains("at most 2 words") ?? false)
    }
}
