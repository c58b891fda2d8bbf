import Foundation
import Synchronization
import Testing

@testable import Vocabulary

@Suite("Masking and the event log")
struct MaskingTests {
    private static let secret = "pa ss/w&rd+\"=é"

    private func masking(_ secrets: String...) -> Masking {
        let masking = Masking()
        for secret in secrets { masking.add(secret) }
        return masking
    }

    @Test("the longest secret wins, and short ones are left alone")
    func longestFirst() {
        let masking = masking("sesame", "sesame-open", "ab")
        #expect(masking.mask("say sesame-open and sesame or ab") == "say ‹redacted› and ‹redacted› or ab")
    }

    @Test(
        "a secret is found in every spelling",
        arguments: [
            secret, "pa%20ss%2Fw%26rd%2B%22%3D%C3%A9", "pa+ss%2fw%26rd%2b%22%3d%c3%a9",
            #"pa ss\/w\u0026rd+\"=é"#, #"pa\u0020ss\/w&rd\u002b\u0022=é"#, "pa ss/w&amp;rd+&quot;=é",
            "pa ss/w&#38;rd+&#x22;=é", "PA SS/W&RD+\"=É", "pa%2520ss%252Fw%2526rd%252B%2522%253D%25C3%25A9",
            #"pa ss\\\/w&rd+\\\"=\\u00e9"#, #"pa ss/w&rd+\"=\u00E9"#, #"pa ss/w&rd+"=\u{e9}"#,
            "pa ss/w&rd+\"=e\u{301}", "pa ss/w&amp;amp;rd+&quot;=&#233;", "pa\t \nss/w&rd+\"=é",
            "pa ss/w\r\n   &rd+\"=é",
            "pa ss/w␍␊&rd+\"=é", "%70%61%20%73%73%2f%77%26%72%64%2b%22%3d%c3%a9",
        ])
    func spellings(text: String) {
        #expect(masking(Self.secret).mask("<\(text)>") == "<‹redacted›>")
    }

    @Test(
        "escapes that can be read in two ways",
        arguments: ["%25", "a%2525b", #"\\t"#, #"x\\\\tail"#, #"a\nb\\"#])
    func ambiguous(secret: String) {
        let secret = "key-" + secret + "-end"
        let once = secret.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        let json = EventValue.text(secret).json.dropFirst().dropLast()
        for text in [secret, once, once.replacing("%", with: "%25"), String(json)] {
            #expect(masking(secret).mask("<\(text)>") == "<‹redacted›>", "\(text)")
        }
    }

    @Test(
        "a character outside the first plane, as JSON writes it",
        arguments: [
            "key-🗝-end", #"key-\ud83d\uDDDD-end"#, #"key-\\ud83d\\uddDD-end"#, "key-%F0%9F%97%9D-end",
        ])
    func surrogates(text: String) { #expect(masking("key-🗝-end").mask(text) == Masking.replacement) }

    @Test("what a cut leaves of a secret goes, too; ordinary words stay")
    func cut() {
        let masking = masking("sk-secret-0123456789-abcdefgh")
        #expect(masking.mask("got: sk-secr…") == "got: ‹redacted›…")
        #expect(masking.mask("\"sk-sec...\" does not hold") == "\"‹redacted›...\" does not hold")
        #expect(masking.mask("cut by the server: sk-secret-0") == "cut by the server: sk-secret-0")
        #expect(masking.mask("cut by the server: sk-secret-0123") == "cut by the server: ‹redacted›")
        #expect(masking.mask(#"{"error":"sk-secret-0123"}"#) == #"{"error":"‹redacted›"}"#)
        #expect(masking.mask("got: sk-s… got: sk-…") == "got: ‹redacted›… got: sk-…")
        #expect(masking.mask("sk-secret-0123 and more") == "sk-secret-0123 and more")
        #expect(masking.mask("sk-secret keys begin with sk-") == "sk-secret keys begin with sk-")
    }

    @Test("of several secrets that were cut off here, the longest part goes")
    func longestCut() {
        let masking = masking("abcdefgh1234567", "abcdefgh\"ijklmnopqrstuvwxyz")
        #expect(masking.mask("x abcdefgh\"ijklmnop") == "x ‹redacted›")
    }

    @Test("a line end in front of a secret stays; one inside goes, and a plus behind it is no blank")
    func lineEnds() {
        #expect(masking("sesame").mask(#"a\nsesame"#) == #"a\n‹redacted›"#)
        #expect(masking("sesame").mask("a\nsesame") == "a\n‹redacted›")
        #expect(masking("key-+abcdef").mask("<key-\n+abcdef>") == "<‹redacted›>")
    }

    @Test("blanks around a secret are not part of it")
    func trimmed() { #expect(masking("  sesame \r\n").mask("<sesame>") == "<‹redacted›>") }

    @Test("text full of escapes does not take long")
    func hostile() async throws {
        let masking = masking(
            "%%%%%%%%%%%%%%%%", "\\\\\\\\\\\\\\\\", "++++++++++%%%%%%%", "&&&&&&&&amp;&&&&&&&&")
        let elapsed = ContinuousClock().measure {
            for piece in ["%25", "\\", "%", "&amp;", "+", "\\u0025", "%5c", "\r\n "] {
                _ = masking.mask(String(repeating: piece, count: 1000))
            }
        }
        #expect(elapsed < .seconds(5), "\(elapsed)")
    }

    @Test("base64 of a longer text gives the secret away at no offset, in neither alphabet", arguments: 0..<7)
    func base64(offset: Int) {
        let secret = "Zq~token?for>the*test-0123456789"
        let masking = masking(secret)
        let text = String(repeating: "u", count: offset) + secret + String(repeating: ":", count: offset)
        let encoded = Data(text.utf8).base64EncodedString()
        let urlSafe = encoded.replacing("+", with: "-").replacing("/", with: "_")
        for form in [encoded, urlSafe, urlSafe.replacing("=", with: "")] {
            let masked = masking.mask("Basic \(form)")
            #expect(masked.contains(Masking.replacement), "\(masked)")
            // What is left decodes to less than four characters of it.
            let rest = masked.replacing("Basic ", with: "").replacing(Masking.replacement, with: "")
            #expect(rest.count < encoded.count - secret.count, "\(masked)")
        }
    }

    @Test("each line of a secret is one")
    func lines() {
        let masking = masking("-----BEGIN KEY-----\nabcdef\n-----END KEY-----")
        #expect(masking.mask("abcdef") == Masking.replacement)
        #expect(masking.finds(in: "x abcdef") && !masking.finds(in: "abcde"))
    }

    @Test("text without a secret stays the same, whatever is in it")
    func untouched() {
        let text = "100% of \\u00e9 & 50%2, \u{1b}[31m ünïcode +-=/"
        #expect(masking("sesame").mask(text) == text && Masking().mask(text) == text)
    }

    @Test("an event is masked in text, fields, names of fields, session and speaker before anybody sees it")
    func events() throws {
        let log = EventLog(masking: masking("sesame")) { 7 }
        let seen = Mutex<[EventRecord]>([])
        let number = log.listen { record in seen.withLock { $0.append(record) } }
        log.emit(
            LogEvent(
                "x", ["a": .list([.record(["sesame": .text("a sesame")])])], "the sesame",
                role: .received(from: "sesame"), session: "sesame-1", confidential: ["a"]))
        log.stopListening(number)
        log.emit(.warning("nobody listens"))
        let record = try #require(seen.withLock { $0.first })
        #expect(seen.withLock { $0.count } == 1)
        #expect(!"\(record)".contains("sesame"))
        #expect(record.json.contains(#""session":"‹redacted›-1""#) && record.json.contains(#""time":7"#))
        #expect(record.jsonWithoutConversation.contains(#""a":"(2"#), "\(record.jsonWithoutConversation)")
    }

    @Test("every event has a session in JSON, null where it concerns none")
    func session() {
        let record = EventRecord(time: 1, event: .warning("x"))
        #expect(record.json == #"{"event":"warning","session":null,"text":"x","time":1}"#)
    }

    @Test("the level of an event follows from its role")
    func levels() {
        #expect(LogEvent.warning("x").level == .warn && LogEvent.hint("x").level == .info)
        #expect(LogEvent.failure(Failure(.usage, "x")).level == .error)
        #expect(LogEvent("x", level: .trace).level == .trace)
    }
}
