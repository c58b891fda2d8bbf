import Testing

@testable import Vocabulary

@Suite("text of any origin")
struct VisibleTextTests {
    static let dangerous: [(name: String, text: String)] = [
        ("ESC", "\u{1b}[2J"), ("CSI as C1", "\u{9b}31m"), ("OSC", "\u{1b}]0;title\u{7}"), ("BEL", "\u{7}"),
        ("backspace", "a\u{8}"), ("carriage return", "safe\rforged"), ("DEL", "\u{7f}"), ("NUL", "\u{0}"),
        ("right-to-left override", "\u{202e}"), ("isolate", "\u{2066}"), ("Arabic letter mark", "\u{61c}"),
        ("line separator", "\u{2028}"), ("paragraph separator", "\u{2029}"), ("next line", "\u{85}"),
        ("byte order mark", "\u{feff}"), ("tag", "\u{e0041}"), ("last tag", "\u{e007f}"),
        ("left-to-right mark", "\u{200e}"),
    ]

    @Test("nothing in it steers a terminal, as a line, as a block, as JSON", arguments: dangerous.map(\.name))
    func harmless(name: String) throws {
        let text = try #require(Self.dangerous.first { $0.name == name }).text
        for shown in [VisibleText.line(text), VisibleText.block(text), JSONText.quoted(text)] {
            for scalar in shown.unicodeScalars {
                #expect(scalar.properties.generalCategory != .control, "\(shown.debugDescription)")
                #expect(!text.unicodeScalars.contains(scalar) || scalar.isASCII, "\(shown.debugDescription)")
            }
        }
    }

    @Test("a line stays one line; a block keeps its lines; ordinary text is left alone")
    func lines() {
        #expect(VisibleText.line("a\nb") == "a␊b" && VisibleText.line("\u{1b}[m") == "␛[m")
        #expect(VisibleText.block("a\r\nb\nc") == "a\nb\nc")
        for text in ["grüße, 日本 👩‍👩‍👧 עברית", "tab\there"] {
            #expect(VisibleText.line(text) == text && VisibleText.block(text) == text)
        }
    }

    @Test("as a part of something longer, no line begins at the margin", arguments: ["\n", "\r\n", "\n\r\n"])
    func hanging(end: String) {
        let shown = VisibleText.block(VisibleText.hanging("a\(end)12:00:00 you    y\(end)", indent: 2))
        for line in shown.split(separator: "\n").dropFirst() { #expect(line.hasPrefix("  "), "\(shown)") }
        #expect(VisibleText.hanging("one") == "one" && VisibleText.hanging("a\nb", indent: 1) == "a\n b")
    }

    @Test("a failure's message and hints, and the rows of a result, keep to themselves")
    func failures() {
        let failure = Failure(.unreachable, "refused: x\r\nhint: forged", hints: ["one\nerror: forged"])
        #expect(failure.description == "refused: x\n    hint: forged\nhint: one\n    error: forged")
        #expect(LogEvent.result(rows: ["a\nb", "c"]).text == "a\n    b\nc")
    }

    @Test("a cut is marked")
    func cut() { #expect("abc".cut(to: 3) == "abc" && "abcd".cut(to: 3) == "abc…") }

    @Test("JSON keeps everything, as escapes")
    func json() {
        #expect(JSONText.quoted("a\u{202e}b\n\u{1b}\u{e0041}\"") == #""a\u202eb\n\u001b\udb40\udc41\"""#)
    }
}
