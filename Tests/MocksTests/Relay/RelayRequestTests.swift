import Cryptography
import Nostr
import TestSupport
import Testing

@testable import Mocks

@Suite("RelayRequest — NIPs 01, 42, 45")
struct RelayRequestTests {
    private func summary(_ text: String) -> String {
        switch RelayRequest(json: Array(text.utf8)) {
        case .event(let event): "event \(event.claimedID.short)"
        case .authentication(let event): "authentication \(event.claimedID.short)"
        case .request(let name, let filters): "request \(name) \(filters.count)"
        case .count(let name, let filters): "count \(name) \(filters.count)"
        case .close(let name): "close \(name)"
        case .malformedEvent(let id, _): "malformed event \(id)"
        case .malformedRequest(let name, _): "malformed request \(name)"
        case .malformed: "malformed"
        }
    }

    private func event(_ content: String, tags: [Nostr.Tag] = []) throws -> Nostr.Event {
        try Rumor(
            author: TestKeys.alice.publicKey, createdAt: 1_700_000_000, kind: .chatMessage, tags: tags,
            content: content
        ).signed(by: TestKeys.alice, random: SeededRandom("request"))
    }

    @Test(
        "reads an event as it was signed, whatever characters it has",
        arguments: ["", "plain", "\"\\/\n\r\t\u{8}\u{c}\u{1}", "é 😀 \u{2028}", "\u{0}"])
    func events(content: String) throws {
        let sent = try event(content, tags: [Nostr.Tag("t", content, ""), Nostr.Tag("-")])
        guard case .event(let read) = RelayRequest(json: Array(ClientMessage.event(sent).text.utf8)) else {
            Issue.record("not an event")
            return
        }
        #expect(try read.verified() == sent)
    }

    @Test("reads every way to write a character, and blanks anywhere")
    func escapes() throws {
        let sent = try event("é😀/\"")
        let text = """
             [ "EVENT" ,\t{ "id" : "\(sent.id)", "pubkey":"\(sent.author)", "created_at": 1700000000 ,
             "kind":9,"tags":[ ], "content":"\\u00e9\\uD83D\\ude00\\/\\u0022", "unknown": [{"a":-1.5e+3},true,null,""],
             "sig":"\(Hex.encode(sent.signature))" } ]\r\n
            """
        guard case .event(let read) = RelayRequest(json: Array(text.utf8)) else {
            Issue.record("not an event")
            return
        }
        #expect(try read.verified() == sent)
    }

    @Test("reads filters with all fields, and passes over what it does not know")
    func filters() throws {
        let (id, key) = (try event("x").id, TestKeys.bob.publicKey)
        let text = """
            ["REQ","s",{"ids":["\(id)"],"authors":["\(key)"],"kinds":[0,65535],"#h":["a"],"#é":["b"],"#ab":[1],\
            "since":-1,"until":9223372036854775807,"limit":0,"search":{"x":[]}},{}]
            """
        guard case .request("s", let filters) = RelayRequest(json: Array(text.utf8)) else {
            Issue.record("not a request")
            return
        }
        let expected = Filter(
            ids: [id], authors: [key], kinds: [EventKind(rawValue: 0), EventKind(rawValue: 65_535)],
            tags: ["h": ["a"]], since: -1, until: .max, limit: 0)
        #expect(filters == [expected, Filter()])
    }

    @Test(
        "answers go where the client waits for them",
        arguments: [
            (#"["CLOSE","s"]"#, "close s"), (#"["COUNT","s",{}]"#, "count s 1"),
            (#"["REQ","s"]"#, "request s 0"), (#"["REQ","s",{},{},1]"#, "malformed request s"),
            (#"["REQ","s",{"limit":-1}]"#, "malformed request s"),
            (#"["REQ","s",{"kinds":[65536]}]"#, "malformed request s"),
            (#"["REQ","s",{"kinds":[1.0]}]"#, "malformed request s"),
            (#"["REQ","s",{"since":9223372036854775808}]"#, "malformed request s"),
            (#"["REQ","s",{"since":01}]"#, "malformed request s"),
            (#"["REQ","s",{"ids":["abc"]}]"#, "malformed request s"),
            (##"["REQ","s",{"#h":"a"}]"##, "malformed request s"),
            (##"["REQ","s",{"#h":[null]}]"##, "malformed request s"),
            (#"["COUNT","s",[]]"#, "malformed request s"), (#"["REQ","s",{},]"#, "malformed request s"),
            (#"["REQ","s",{}"#, "malformed request s"), (#"["REQ","s",{}] x"#, "malformed request s"),
            (#"["REQ",7,{}]"#, "malformed"), (#"["EVENT",{"id":"ab","kind":1}]"#, "malformed event ab"),
            (#"["EVENT"]"#, "malformed event "), (#"["AUTH","x"]"#, "malformed event "),
            (#"["EVENT",{"kind":-1,"id":"ab"}]"#, "malformed event "),
            (#"["NEG-OPEN","s",{}]"#, "malformed"), ("[]", "malformed"), ("", "malformed"),
            ("{}", "malformed"), ("[\"REQ\",\"\u{1}\"]", "malformed"), (#"["REQ","\ud800",{}]"#, "malformed"),
            (#"["REQ","\ud800\u0041",{}]"#, "malformed"), (#"["REQ","\x",{}]"#, "malformed"),
            (#"["REQ","\u12"#, "malformed"), (#"["REQ","\"#, "malformed"),
        ])
    func malformed(text: String, expected: String) {
        #expect(summary(text) == expected)
    }

    @Test("reads hexadecimal digits in each way to write them, and takes nothing else for them")
    func hexadecimal() throws {
        func decoded(_ json: String) throws -> [UInt8]? {
            var reader = JSONReader(Array(json.utf8))
            let bytes = try reader.hexadecimal()
            let isAtEnd = reader.isAtEnd()
            #expect(isAtEnd)
            return bytes
        }
        for json in ["\"00fFaB\"", " \"00ffab\" ", "\"\\u00300ffab\"", "\"00ff\\u0061b\""] {
            #expect(try decoded(json) == [0, 0xff, 0xab], "\(json)")
        }
        #expect(try decoded("\"\"") == [])
        for json in ["\"0\"", "\"00 \"", "\" 00\"", "\"0g\"", "\"00\\n\"", "\"é0\""] {
            #expect(try decoded(json) == nil, "\(json)")
        }
        for json in ["\"00", "7", "", "\""] {
            #expect(throws: JSONReader.Failure.self) { try decoded(json) }
        }
    }

    @Test("does not follow nesting without end")
    func depth() {
        let deep = String(repeating: "[", count: 100_000)
        #expect(summary("[\"REQ\",\"s\",{\"x\":\(deep)") == "malformed request s")
    }
}
