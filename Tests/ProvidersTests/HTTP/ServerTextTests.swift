import Testing
import Vocabulary

@testable import Providers

@Suite("Text from servers")
struct ServerTextTests {
    private let secret = "sk-ant-SECRETKEY0123456789"

    private func excerpt(_ body: String, secrets: [String] = []) -> String {
        let masking = Masking()
        for secret in secrets { masking.add(secret) }
        return ServerText(masking: masking).excerpt(Array(body.utf8))
    }

    /// A server may have secrets that we do not know.
    @Test("a cut drops the last word whole", arguments: [200, 285, 290, 299, 300, 1190, 1199])
    func cut(offset: Int) {
        let filler = String(repeating: "x ", count: offset / 2)
        let shown = excerpt(filler + secret + " and more" + filler + filler)
        #expect(shown.contains(secret) || !shown.contains("sk-"), "\(shown)")
        #expect(shown.hasSuffix("…") && shown.count <= 301)
        let wide = String(repeating: "\n\n\n\n", count: offset / 4)
        let folded = excerpt(wide + secret + filler + filler + filler)
        #expect(folded.contains(secret) || !folded.contains("sk-"), "\(folded)")
    }

    @Test("a known secret is masked before the cut, in every spelling")
    func masked() {
        let spellings = [
            "pa:ss/wo:rd\"0123", #"pa:ss\/wo:rd\"0123"#, "pa%3Ass%2Fwo%3Ard%220123",
            #"pa\u003ass/wo:rd\u00220123"#,
        ]
        for spelling in spellings {
            for offset in 270...300 {
                let shown = excerpt(
                    String(repeating: ":", count: offset) + spelling + String(repeating: ":", count: 100),
                    secrets: [spellings[0]])
                #expect(!shown.contains("pa"), "\(offset): \(shown)")
            }
        }
    }

    @Test("a secret at the end of what is scanned is not shown by half")
    func scanned() {
        let shown = excerpt(
            "refused: " + String(repeating: " ", count: (64 << 10) - 19) + secret, secrets: [secret])
        #expect(shown == "refused:…")
    }

    @Test("white space is folded and control characters are visible")
    func line() {
        #expect(excerpt("a\r\n  b\tc\u{1b}[2J\u{202e}") == "a b c␛[2J\u{fffd}")
    }

    @Test("of JSON that should have been usable only the member names are shown")
    func outline() {
        let text = ServerText(masking: Masking())
        #expect(text.outline(Array(#"{"key":"PRIVATE","id":7}"#.utf8)) == "members id, key")
        #expect(text.outline(Array(#"[{"key":"PRIVATE"}]"#.utf8)) == "19 bytes of JSON")
        #expect(text.outline(Array("<html>".utf8)) == "<html>")
    }

    @Test("an id with a secret inside is not usable")
    func ids() {
        let masking = Masking()
        masking.add(secret)
        let text = ServerText(masking: masking)
        #expect(text.isUsableID("vm-1") && !text.isUsableID("vm-\(secret)") && !text.isUsableID("vm/1"))
    }
}
