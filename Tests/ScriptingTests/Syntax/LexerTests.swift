import Vocabulary
import Testing

@testable import Scripting

@Suite("Lexer and Parser — LINES, WORDS, BLOCKS")
struct LexerTests {
    private func words(_ source: String) throws -> [[String]] {
        try Lexer.lines(of: Source(name: "t", text: source)).map {
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
            ("#!/usr/bin/env pikachat\nx", [["x"]]), ("a \\\n  b", [["a", "b"]]), ("a\\\nb", [["a", "b"]]),
            ("say \"two words\" x", [["say", "two words", "x"]]),
            (#"say "q\" b\\ \$ n\n \u{e9}""#, [["say", "q\" b\\ $ n\n é"]]), ("k=v a==b", [["k=v", "a==b"]]),
            ("k=\"a b\"", [["k=a b"]]),
            ("say $x $vm.id ${y}z \\$5 5$ $", [["say", "<x>", "<vm.id>", "<y>z", "$5", "5$", "$"]]),
            ("say $r.json.items.0.id.", [["say", "<r.json.items.0.id>."]]),
            ("x \"\"\"\n   one\n     two $v\n   \"\"\"", [["x", "one\n  two <v>"]]),
            ("a\r\nb\r\n", [["a"], ["b"]]), ("tab\there", [["tab", "here"]]),
        ] as [(String, [[String]])])
    func splitting(source: String, expected: [[String]]) throws { #expect(try words(source) == expected) }

    @Test(
        "says where a mistake is",
        arguments: [
            ("say \"open", 1, 5, "closing quote"), ("x\nsay \"a\"b", 2, 5, "follows the closing quote"),
            ("say \"\\q\"", 1, 6, "not an escape sequence"),
            ("say ${", 1, 5, "name of the variable is missing"), ("say ${x", 1, 5, "} is missing"),
            ("say \"\"\"\nx", 1, 5, "closing \"\"\""), ("say \"\"\"x\n\"\"\"", 1, 5, "line after"),
            ("say \"\\u{zz}\"", 1, 6, "hexadecimal"),
        ] as [(String, Int, Int, String)])
    func mistakes(source: String, line: Int, column: Int, part: String) {
        #expect { try Lexer.lines(of: Source(name: "t", text: source)) } throws: { error in
            guard let diagnostic = error as? Diagnostic else { return false }
            return diagnostic.message.contains(part) && diagnostic.range?.line == line
                && diagnostic.range?.column == column
        }
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
            switch CheckedScript.make(Source(name: "t", text: text), catalogue: .letters, known: ["x"]) {
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
        let source = Source(name: "t", text: "nope as=r\na $r.x\nif $x ==\n  a $undefined\nend\nrepeat\na")
        guard case .failure(let found) = CheckedScript.make(source, catalogue: .letters, known: ["x"]) else {
            Issue.record("accepted")
            return
        }
        #expect(found.problems.map { $0.range?.line } == [6])
        let rest = Source(name: "t", text: "nope as=r\na $r.x\nif $x ==\n  a $undefined\nend\na b=1")
        guard case .failure(let all) = CheckedScript.make(rest, catalogue: .letters, known: ["x"]) else {
            Issue.record("accepted")
            return
        }
        #expect(all.problems.map { $0.range?.line } == [1, 3, 4], "\(all.problems.map(\.message))")
    }

    @Test("conditions compare as people do")
    func truth() throws {
        #expect(
            try Truth.holds("1.0", .equal, "1") && Truth.holds("a", .notEqual, "b")
                && Truth.holds("9", .less, "10"))
        #expect(
            try Truth.holds("Hello   World", .contains, "hello world") && !Truth.holds("x", .contains, "y"))
        #expect(try Truth.holds("abc", .matches, "/^a.c$/"))
        #expect(throws: Failure.self) { try Truth.holds("a", .less, "1") }
        #expect(!Truth.of(.text("no")) && Truth.of(.text("x")) && !Truth.of(.none) && !Truth.of(.number(0)))
    }
}
