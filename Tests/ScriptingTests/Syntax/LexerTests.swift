import Vocabulary
import Testing

@testable import Scripting

@Suite("Lexer and Parser — LINES, WORDS, BLOCKS")
struct LexerTests {
    private func words(_ source: String) -> [[String]] {
        Lexer.lines(of: Source(name: "t", text: source)).map {
            $0.words.map { word in
                let text = word.parts.map { part in
                    switch part {
                    case .literal(let text): text
                    case .variable(let path, _): "<\(path.joined(separator: "."))>"
                    }
                }.joined()
                return (word.key.map { "\($0)=" } ?? "") + text
            }
        }
    }

    @Test(
        "splits as the language says",
        arguments: [
            ("say it's fine", [["say", "it's", "fine"]]),
            ("say #12 C# x # comment", [["say", "#12", "C#", "x"]]), ("# all\n\n  # indented\nx", [["x"]]),
            ("say x #", [["say", "x"]]),
            ("#!/usr/bin/env pikachat\nx", [["x"]]), ("a \\\n  b", [["a", "b"]]), ("a\\\nb", [["a", "b"]]),
            ("say \"two words\" x", [["say", "two words", "x"]]),
            (#"say "q\" b\\ \$ n\n \u{e9}""#, [["say", "q\" b\\ $ n\n é"]]), ("k=v a==b", [["k=v", "a==b"]]),
            ("k=\"a b\"", [["k=a b"]]),
            ("say $x $vm.id ${y}z \\$5 5$ $", [["say", "<x>", "<vm.id>", "<y>z", "$5", "5$", "$"]]),
            ("say $r.json.items.0.id.", [["say", "<r.json.items.0.id>."]]),
            ("x \"\"\"\n   one\n     two $v\n   \"\"\"", [["x", "one\n  two <v>"]]),
            ("a\r\nb\r\n", [["a"], ["b"]]), ("tab\there", [["tab", "here"]]),
        ] as [(String, [[String]])])
    func splitting(source: String, expected: [[String]]) { #expect(words(source) == expected) }

    @Test(
        "says where a mistake is",
        arguments: [
            ("say \"open", 1, 5, "closing quote"),
            ("say \"\\q\"", 1, 6, "not an escape sequence"),
            ("say ${", 1, 5, "name of the variable is missing"), ("say ${x", 1, 5, "} is missing"),
            ("say \"\"\"\nx", 1, 5, "closing \"\"\""), ("say \"\"\"x\n\"\"\"", 1, 5, "line after"),
            ("say \"\\u{zz}\"", 1, 6, "hexadecimal"),
        ] as [(String, Int, Int, String)])
    func mistakes(source: String, line: Int, column: Int, part: String) {
        let problem = Lexer.lines(of: Source(name: "t", text: source)).compactMap(\.problem).first
        #expect(
            problem?.message.contains(part) ?? false && problem?.range?.line == line
                && problem?.range?.column == column,
            "\(problem?.message ?? "none")")
    }

    @Test(
        "blocks, prefixes and conditions are built, or refused by name",
        arguments: [
            ("if $x == 1\n a\nelse if ok b c\n d\nelse\n e\nend", nil), ("unless $x: defer a b", nil),
            ("fails timeout: a", nil), ("fails: a", nil), ("try soft a", nil),
            ("for x in a b\n c\nend", nil), ("repeat 3\n a\nend", nil),
            ("if not $a and $b or $c contains d: e", nil),
            ("end", "does not belong to any block"), ("if $x\na", "not closed"),
            ("if\nend", "condition is missing"),
            ("if $x ==\nend", "not a condition"), ("unless $x\na\nelse\nb\nend", "unless has no else"),
            ("if $x\nelse\nelse\nend", "only end may follow else"), ("for x\nend", "for is written"),
            ("fails nonsense: a", "not a failure code"), ("defer", "command is missing"),
            ("if $x:", "command is missing"), ("if $x\nend more", "end stands on a line of its own"),
            ("if $a and: b", "incomplete"),
        ] as [(String, String?)])
    func parsing(source: String, failure: String?) {
        let (statements, problems) = Parser.parse(Source(name: "t", text: source), catalogue: .letters)
        if let failure {
            #expect(problems.contains { $0.message.contains(failure) }, "\(problems.map(\.message))")
        } else {
            #expect(problems.isEmpty && !statements.isEmpty, "\(problems.map(\.message))")
        }
    }

    @Test("an unfinished block asks for more; a mistake does not")
    func unfinished() {
        func isUnfinished(_ text: String) -> Bool {
            switch CheckedScript.make(
                Source(name: "t", text: text), catalogue: .letters, context: .running(variables: ["x"]))
            {
            case .success: false
            case .failure(let problems): problems.isUnfinished
            }
        }
        for text in ["if $x", "if $x\n  for p in a", "a \"\"\"\ntext"] {
            #expect(isUnfinished(text), "\(text)")
        }
        for text in ["a x", "end", "a \"open", "if $x: a y"] { #expect(!isUnfinished(text), "\(text)") }
    }

    @Test("all mistakes of a file are found, each at its place, and a bad line hides no variable")
    func allProblems() throws {
        func lines(_ text: String) -> [Int?] {
            switch CheckedScript.make(
                Source(name: "t", text: text), catalogue: .letters, context: .running(variables: ["x"]))
            {
            case .success: []
            case .failure(let found): found.problems.map { $0.range?.line }
            }
        }
        #expect(lines("nope as=r\na $r.x\nif $x ==\n  a $undefined\nend\na b=1") == [1, 3, 4])
        #expect(
            lines("a \"open\nnope\nif $x\n  a \"q\"z\nend\nelif\nfor x in \"a\"b\n  c\nend") == [
                1, 2, 4, 6, 7,
            ])
        #expect(lines("nope\na $zz\nif $x\n  bogus") == [1, 3, 4])
        #expect(lines("if $x == \"a\"b: a\nnope") == [1, 2])
    }

    @Test("blocks and conditions have a limit")
    func limits() {
        func problems(_ text: String) -> [String] {
            Parser.parse(Source(name: "t", text: text), catalogue: .letters).problems.map(\.message)
        }
        func nested(_ depth: Int) -> String {
            String(repeating: "if $x\n", count: depth) + "a\n" + String(repeating: "end\n", count: depth)
        }
        #expect(problems(nested(60)) == [])
        #expect(problems(nested(70)) == ["blocks are nested more than 64 deep"])
        func long(_ count: Int) -> String { "if $x" + String(repeating: " or $x", count: count) + ": a" }
        #expect(problems(long(100)) == [])
        #expect(problems(long(200)) == ["the condition is too long"])
    }

    @Test("== is no key, and a range ends with its line")
    func details() {
        let words = Lexer.lines(of: Source(name: "t", text: "a==b c=d \\\n  long-word"))[0].words
        #expect(words.map(\.key) == [nil, "c", nil])
        #expect(words[0].range.through(words[1].range).length == 8)
        #expect(words[0].range.through(words[2].range) == words[0].range)
    }
}
