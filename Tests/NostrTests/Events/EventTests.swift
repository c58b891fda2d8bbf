import Cryptography
import Foundation
import TestSupport
import Testing

@testable import Nostr

@Suite("Event — NIP-01")
struct EventTests {
    static let key = TestKeys.alice

    private func event(_ content: String = "hi", tags: [Nostr.Tag] = []) throws -> Event {
        try Rumor(
            author: Self.key.publicKey, createdAt: 1_700_000_000, kind: .chatMessage, tags: tags,
            content: content
        )
        .signed(by: Self.key, random: SeededRandom("event"))
    }

    @Test(
        "hashes the canonical form",
        arguments: [
            ("plain", #"[0,"PUB",1700000000,9,[],"plain"]"#),
            ("q\" b\\ n\n t\t r\r", #"[0,"PUB",1700000000,9,[],"q\" b\\ n\n t\t r\r"]"#),
            ("ü 😀 / <", #"[0,"PUB",1700000000,9,[],"ü 😀 / <"]"#),
            ("\u{8}\u{c}\u{1}", #"[0,"PUB",1700000000,9,[],"\b\f\u0001"]"#),
        ])
    func canonicalForm(content: String, form: String) throws {
        let expected = SHA256.hash(Array(form.replacing("PUB", with: Self.key.publicKey.hex).utf8))
        #expect(try event(content).id.bytes == expected)
    }

    @Test("survives its own JSON")
    func roundTrip() throws {
        let made = try event(
            "line\nbreak \"quoted\" ü",
            tags: [Nostr.Tag("h", "ab"), Nostr.Tag("relays", "wss://a", "wss://b")])
        #expect(try Event(json: made.json) == made)
    }

    @Test("refuses a changed content, a changed signature and another author")
    func forgeries() throws {
        let text = String(decoding: try event("hello").json, as: UTF8.self)
        #expect(throws: EventError.wrongID) {
            try Event(json: Array(text.replacing("hello", with: "hullo").utf8))
        }
        let signature = Hex.encode(try event("hello").signature)
        let flipped = (signature.first == "0" ? "1" : "0") + signature.dropFirst()
        #expect(throws: EventError.wrongSignature) {
            try Event(json: Array(text.replacing(signature, with: flipped).utf8))
        }
        #expect(throws: EventError.wrongID) {
            try Event(
                json: Array(text.replacing(Self.key.publicKey.hex, with: TestKeys.bob.publicKey.hex).utf8))
        }
    }

    @Test(
        "says what is wrong with malformed JSON",
        arguments: [
            ("", "given data"), ("{}", "\"pubkey\" is missing"), ("[]", "wrong type"),
            (#"{"pubkey":1}"#, "wrong type at pubkey"),
            (#"{"pubkey":"zz"}"#, "not a valid public key"), ("null", "null"),
            (#"{"pubkey":"\#(String(repeating: "0", count: 64))"}"#, "secp256k1"),
        ])
    func malformed(json: String, part: String) {
        #expect { try Event(json: Array(json.utf8)) } throws: { "\($0)".contains(part) }
    }

    @Test("gift wraps open for their receiver only, and prove the author")
    func giftWrap() throws {
        let (alice, bob, carol) = (TestKeys.alice, TestKeys.bob, TestKeys.carol)
        let rumor = Rumor(
            author: alice.publicKey, createdAt: 1_700_000_000, kind: .chatMessage, content: "secret")
        let wrap = try GiftWrap.wrap(
            rumor, from: alice, to: bob.publicKey, now: 1_700_000_000, random: SeededRandom("wrap"))
        #expect(try GiftWrap.unwrap(wrap, for: bob) == rumor)
        #expect(wrap.author != alice.publicKey)
        #expect(wrap.createdAt <= 1_700_000_000 && wrap.createdAt > 1_700_000_000 - 48 * 3600)
        #expect(wrap.tags == [Nostr.Tag("p", bob.publicKey.hex)])
        #expect(throws: GiftWrapError.self) { try GiftWrap.unwrap(wrap, for: carol) }
        // Bob forwards Alice's words under his own seal.
        let forged = try GiftWrap.wrap(
            rumor, from: bob, to: carol.publicKey, now: 1_700_000_000, random: SeededRandom("forged"))
        #expect(throws: GiftWrapError.senderMismatch) { try GiftWrap.unwrap(forged, for: carol) }
    }
}
