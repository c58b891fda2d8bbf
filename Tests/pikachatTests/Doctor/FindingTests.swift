import Testing
import Vocabulary

@testable import pikachat

@Suite("a line of the doctor's report")
struct FindingTests {
    @Test("a mark, the subject, and what to do on lines of its own; text from outside begins none")
    func text() {
        #expect(Finding("a", .ok, "fine").event.text == "ok    a: fine")
        #expect(Finding("a", .note, "so", advice: ["do"]).event.text == "note  a: so\n      → do")
        let forged = Finding("a", .bad, "x\nok    b: fine", advice: ["y\nz"]).event
        #expect(forged.text.split(separator: "\n").count == 2 && forged.text.hasPrefix("BAD   a: x"))
        #expect(forged.fields["verdict"] == .text("bad") && forged.role == .answer && forged.isBlock)
    }

    @Test("a failure's own hints go before other advice")
    func failure() {
        let own = Finding("a", .bad, Failure(.auth, "no", hints: ["own"]), otherwise: ["other"])
        #expect(own.text == "no" && own.advice == ["own"])
        #expect(Finding("a", .bad, Failure(.auth, "no"), otherwise: ["other"]).advice == ["other"])
    }
}
