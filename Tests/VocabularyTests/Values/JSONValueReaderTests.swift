import Testing

@testable import Vocabulary

@Suite("JSON from outside")
struct JSONValueReaderTests {
    @Test(
        "values of every kind; numbers keep their digits",
        arguments: [
            ("42", .number(42)), ("-7", .number(-7)), ("-0", .exact("-0")), ("1.10", .exact("1.10")),
            ("1e3", .exact("1e3")), ("12345678901234567890", .exact("12345678901234567890")),
            ("0.1000000000000000055511151231257827", .exact("0.1000000000000000055511151231257827")),
            ("true", .flag(true)), ("false", .flag(false)), ("null", EventValue.none), ("\"\"", .text("")),
            (" \r\n\t[ ] \n", .list([])), ("{ }", .record([:])),
            (
                "[1 , [ ] ,{\"b\" : null , \"c\":[false,true]}]",
                .list([
                    .number(1), .list([]), .record(["b": .none, "c": .list([.flag(false), .flag(true)])]),
                ])
            ),
            (
                "{\"a\":{\"b\":[1.0,\"]}\"]},\"a,b\":2}",
                .record(["a": .record(["b": .list([.exact("1.0"), .text("]}")])]), "a,b": .number(2)])
            ),
            (#""a\u00e9\n\"\\\/\ud83d\udddd""#, .text("aé\n\"\\/🗝")),
            (#"{"a\"b\\":"\\"}"#, .record(["a\"b\\": .text("\\")])),
            ("{\"日本\":\"grün\"}", .record(["日本": .text("grün")])),
        ] as [(String, EventValue)])
    func values(text: String, expected: EventValue) {
        #expect(JSONValueReader.read(text) == expected, "\(JSONValueReader.read(text)?.json ?? "nil")")
    }

    @Test(
        "what is not JSON is nothing",
        arguments: [
            "", "  \n", "{", "[1", "\"open", "nul", "hello", "{a:1}", "'x'", "1 2", "[1] x", "NaN", "+1",
            "01", "{\"a\"}",
            "\u{feff}", "<html>", "{\"a\":1}}", "[1 2]",
        ])
    func other(text: String) { #expect(JSONValueReader.read(text) == nil) }

    @Test("nesting that no answer needs is nothing, and costs no stack")
    func deep() {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(JSONValueReader.read(nested(200))?.json == nested(200))
        for depth in [250, 400, 100_000] { #expect(JSONValueReader.read(nested(depth)) == nil) }
        let records = String(repeating: "{\"a\":", count: 300) + "1" + String(repeating: "}", count: 300)
        #expect(JSONValueReader.read(records) == nil)
    }
}
