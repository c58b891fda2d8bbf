import Foundation
import Scripting
import TestSupport
import Testing

@testable import PikaShell

@Suite("the language server")
struct LanguageServerTests {
    private static let uri = "file:///tmp/doc.pika"

    /// A server with one document open.
    private final class Editor {
        var server = LanguageServer(catalogue: .general, program: "1")
        private var id = 1

        init(_ text: String, uri: String = LanguageServerTests.uri) {
            _ = request("initialize", [:])
            notify("textDocument/didOpen", ["textDocument": ["uri": uri, "text": text, "version": 1]])
        }

        func request(_ method: String, _ parameters: [String: Any]) -> Any? {
            id += 1
            let answers = server.handle(["jsonrpc": "2.0", "id": id, "method": method, "params": parameters])
            return answers.first?["result"] ?? answers.first?["error"]
        }

        @discardableResult
        func notify(_ method: String, _ parameters: [String: Any]) -> [[String: Any]] {
            server.handle(["jsonrpc": "2.0", "method": method, "params": parameters])
        }

        func at(_ method: String, _ line: Int, _ character: Int, _ more: [String: Any] = [:]) -> Any? {
            request(
                "textDocument/" + method,
                [
                    "textDocument": ["uri": LanguageServerTests.uri],
                    "position": ["line": line, "character": character],
                ]
                .merging(more) { $1 })
        }

        func change(_ text: String, _ range: [Int]? = nil) -> [[String: Any]] {
            var change: [String: Any] = ["text": text]
            if let range {
                change["range"] = [
                    "start": ["line": range[0], "character": range[1]],
                    "end": ["line": range[2], "character": range[3]],
                ]
            }
            let answers = notify(
                "textDocument/didChange",
                ["textDocument": ["uri": LanguageServerTests.uri, "version": 2], "contentChanges": [change]])
            let parameters = answers.first?["params"] as? [String: Any]
            return parameters?["diagnostics"] as? [[String: Any]] ?? []
        }
    }

    private static func json(_ value: Any?) throws -> String {
        String(
            decoding: try JSONSerialization.data(
                withJSONObject: value ?? NSNull(),
                options: [.sortedKeys, .fragmentsAllowed, .withoutEscapingSlashes]),
            as: UTF8.self)
    }

    private static func places(_ value: Any?) -> [String] {
        ((value as? [[String: Any]]) ?? []).compactMap { edit in
            guard let range = edit["range"] as? [String: [String: Int]], let start = range["start"],
                let end = range["end"]
            else { return nil }
            return
                "\(start["line"] ?? -1):\(start["character"] ?? -1)-\(end["line"] ?? -1):\(end["character"] ?? -1)"
        }
    }

    @Test("diagnostics come with every change, with rule, severity, and UTF-16 places")
    func diagnostics() throws {
        let editor = Editor("echo fine")
        let wrong = editor.change("let x=\"𝒳\"\necho \"𝒳𝒳\" $y")
        #expect(Self.places(wrong) == ["1:12-1:14"])
        #expect(wrong[0]["code"] as? String == "undefined-variable" && wrong[0]["severity"] as? Int == 1)
        let warned = editor.change("let x=1")
        #expect(warned[0]["code"] as? String == "unused-variable" && warned[0]["severity"] as? Int == 2)
        #expect(editor.change("$x", [0, 0, 0, 7]).first?["code"] as? String == "syntax")
        #expect(editor.change("echo a", [0, 0, 0, 2]).isEmpty)
    }

    @Test("changes of a part keep the rest, also behind characters of two units and across lines")
    func changes() {
        let text = EditorText("a𝒳b\r\nsecond\nthird")
        func range(_ a: Int, _ b: Int, _ c: Int, _ d: Int) -> [String: Any] {
            ["start": ["line": a, "character": b], "end": ["line": c, "character": d]]
        }
        #expect(text.replacing(range(0, 3, 0, 4), with: "B").text == "a𝒳B\r\nsecond\nthird")
        #expect(text.replacing(range(0, 1, 1, 2), with: "-").text == "a-cond\nthird")
        #expect(text.replacing(range(2, 5, 9, 9), with: "!").text == "a𝒳b\r\nsecond\nthird!")
        #expect(text.replacing(range(2, 0, 1, 0), with: "x").text == text.text)
        #expect(text.column(line: 0, character: 3) == 3 && text.column(line: 0, character: 99) == 4)
    }

    @Test("definition, references and rename follow variables, sessions and loops")
    func names() throws {
        let editor = Editor("let x=1\nfor i in $x 2\n  echo $i ${x}y $x.z\nend\nstart job sleep 1\nstop job")
        #expect(try Self.json(editor.at("definition", 2, 12)).contains(#""start":{"character":4,"line":0}"#))
        #expect(
            Self.places(editor.at("references", 0, 4)) == ["0:4-0:5", "1:10-1:11", "2:12-2:13", "2:17-2:18"])
        let renamed = editor.at("rename", 2, 8, ["newName": "item"]) as? [String: [String: Any]]
        #expect(Self.places(renamed?["changes"]?[Self.uri]) == ["1:4-1:5", "2:8-2:9"])
        #expect(try Self.json(editor.at("definition", 5, 6)).contains(#""start":{"character":6,"line":4}"#))
        #expect(editor.at("definition", 2, 3) is NSNull)
        #expect(try Self.json(editor.at("rename", 2, 8, ["newName": "1 x"])).contains("-32602"))
    }

    @Test("an included file is where its name leads")
    func included() throws {
        let directory = TemporaryDirectory()
        try "let y=1".write(toFile: directory.file("b.pika"), atomically: true, encoding: .utf8)
        let uri = "file://\(directory.path)/a.pika"
        let editor = Editor("include b.pika as=b\necho $b.y", uri: uri)
        let place = editor.request(
            "textDocument/definition",
            ["textDocument": ["uri": uri], "position": ["line": 0, "character": 9]])
        #expect(try Self.json(place).contains("\(directory.path)/b.pika"))
    }

    @Test(
        "completion: commands, keys, values, variables, what may stand in front",
        arguments: [
            ("ech", ["echo"]), ("http get http://x hea", ["header="]), ("htt", ["http"]),
            ("defer ech", ["echo"]),
            ("let abc=1\necho $a", ["abc"]), ("let abc=1\necho ${ab", ["abc"]), ("parse j", ["json"]),
            ("snapshot a of=tr", ["of=transcript"]), ("un", ["unless"]), ("if ok slee", ["sleep"]),
        ])
    func completion(text: String, expected: [String]) throws {
        let editor = Editor(text)
        let lines = text.split(separator: "\n")
        let list = editor.at("completion", lines.count - 1, lines.last?.utf16.count ?? 0) as? [String: Any]
        let labels = (list?["items"] as? [[String: Any]] ?? []).compactMap { $0["label"] as? String }
        #expect(labels == expected)
    }

    @Test("hover explains commands from the catalogue, and tells where a variable comes from")
    func hover() throws {
        let editor = Editor("let x=\"a b\"\nif $ci: echo $x\nrepeat 2\nend")
        #expect(try Self.json(editor.at("hover", 1, 9)).contains("echo – prints text"))
        #expect(try Self.json(editor.at("hover", 1, 14)).contains("let x=\\\"a b\\\""))
        #expect(try Self.json(editor.at("hover", 2, 1)).contains("runs commands several times"))
        #expect(editor.at("hover", 40, 1) is NSNull)
    }

    @Test("fixes of rules, and the nearest name")
    func actions() throws {
        let editor = Editor("let unused=1\necho a")
        func actions() throws -> String {
            try Self.json(
                editor.request(
                    "textDocument/codeAction",
                    [
                        "textDocument": ["uri": Self.uri],
                        "range": [
                            "start": ["line": 0, "character": 0], "end": ["line": 0, "character": 1],
                        ],
                    ]))
        }
        #expect(try actions().contains("remove the line"))
        _ = editor.change("ecoh a")
        #expect(try actions().contains(#""newText":"echo""#))
    }

    @Test("formatting, symbols")
    func whole() throws {
        let editor = Editor("env A=1\nstep  One\nif $A\necho a\nend")
        let edits = editor.request("textDocument/formatting", ["textDocument": ["uri": Self.uri]])
        #expect(try Self.json(edits).contains(#"env A=1\nstep One\nif $A\n  echo a\nend\n"#))
        #expect(Self.places(edits) == ["0:0-4:3"])
        let symbols =
            editor.request("textDocument/documentSymbol", ["textDocument": ["uri": Self.uri]])
            as? [[String: Any]]
        #expect(symbols?.compactMap { $0["name"] as? String } == ["A", "One"])
        _ = editor.change("nonsense")
        #expect(
            try Self.json(editor.request("textDocument/formatting", ["textDocument": ["uri": Self.uri]]))
                == "[]")
    }

    @Test("the protocol: order, unknown methods, what is not open")
    func order() throws {
        var server = LanguageServer(catalogue: .general, program: "1")
        func code(_ method: String) -> Int? {
            let answers = server.handle(["jsonrpc": "2.0", "id": "a", "method": method])
            return (answers.first?["error"] as? [String: Any])?["code"] as? Int
        }
        #expect(code("textDocument/hover") == -32002)
        #expect(code("initialize") == nil)
        #expect(code("nothing/known") == -32601)
        #expect(code("textDocument/hover") == -32602)
        #expect(server.handle(["jsonrpc": "2.0", "method": "$/cancelRequest"]).isEmpty)
        #expect(code("shutdown") == nil)
        #expect(code("textDocument/hover") == -32600)
        _ = server.handle(["jsonrpc": "2.0", "method": "exit"])
        #expect(server.exitStatus == 0)
        var other = LanguageServer(catalogue: .general, program: "1")
        _ = other.handle(["jsonrpc": "2.0", "method": "exit"])
        #expect(other.exitStatus == 1)
    }

    @Test("whatever is half typed, every question has an answer")
    func halfTyped() {
        let script =
            "env A=1\nlet t=\"\"\"\n x $A\n\"\"\"\nif $A matches /(?<n>.)/ as=m: echo $m.n ${A}\nfor i in 1..2 jobs=2\n  sh echo \"$i\"\nend\n𝒳"
        let texts =
            script.indices.map { String(script[..<$0]) } + script.indices.map { String(script[$0...]) }
        for text in texts {
            let editor = Editor(text)
            let last = text.split(separator: "\n", omittingEmptySubsequences: false).count - 1
            for (line, character) in [(0, 0), (last, 0), (last, 1000), (last + 5, 3), (last / 2, 7)] {
                for method in ["completion", "hover", "definition", "references", "prepareRename"] {
                    #expect(editor.at(method, line, character) != nil)
                }
                #expect(editor.at("rename", line, character, ["newName": "z"]) != nil)
            }
            for method in ["formatting", "documentSymbol", "codeAction"] {
                #expect(editor.request("textDocument/" + method, ["textDocument": ["uri": Self.uri]]) != nil)
            }
        }
    }

    @Test("a place that no document has is an error, not an overflow", arguments: [Int.max, -1, Int.min])
    func places(number: Int) throws {
        let editor = Editor("echo a")
        #expect(try Self.json(editor.at("hover", number, 0)).contains("not in any document"))
        #expect(try Self.json(editor.at("definition", 0, number)).contains("not in any document"))
        #expect(editor.at("hover", 0, 1) != nil)
    }
}
