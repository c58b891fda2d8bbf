import Cryptography
import TestSupport
import Testing

@testable import Nostr

@Suite("GiftWrap — NIP-59")
struct GiftWrapTests {
    private let now: Int64 = 1_700_000_000

    private func rumor() -> Rumor {
        Rumor(author: TestKeys.alice.publicKey, createdAt: now, kind: .chatMessage, content: "hello")
    }

    private func wrap(_ seed: String) throws -> Event {
        try GiftWrap.wrap(
            rumor(), from: TestKeys.alice, to: TestKeys.bob.publicKey, now: now, random: SeededRandom(seed))
    }

    private func seal(of wrap: Event) throws -> Event {
        let key = try ConversationKey(of: TestKeys.bob, with: wrap.author)
        return try Event(json: EncryptedPayload.decrypt(wrap.content, with: key))
    }

    @Test("opens for whom it is, with the author's rumor as it was")
    func opens() throws {
        #expect(try GiftWrap.unwrap(wrap("1"), for: TestKeys.bob) == rumor())
        #expect(throws: GiftWrapError.self) { try GiftWrap.unwrap(try wrap("1"), for: TestKeys.alice) }
    }

    @Test("its dates, and the seal's, are spread over two days before now and tell nothing")
    func dates() throws {
        let wraps = try (0..<20).map { try wrap("\($0)") }
        let seals = try wraps.map(seal)
        for dates in [wraps.map(\.createdAt), seals.map(\.createdAt)] {
            #expect(dates.allSatisfy { (now - 48 * 3600...now).contains($0) })
            #expect(Set(dates).count > 15)
            #expect((dates.max() ?? 0) - (dates.min() ?? 0) > 12 * 3600)
        }
        #expect(zip(wraps, seals).allSatisfy { $0.createdAt != $1.createdAt })
    }

    @Test("each is signed by a key of its own, and names only whom it is for")
    func anonymous() throws {
        let wraps = try (0..<3).map { try wrap("\($0)") }
        #expect(Set(wraps.map(\.author)).count == 3)
        for wrap in wraps {
            #expect(wrap.author != TestKeys.alice.publicKey)
            #expect(wrap.tags == [Tag("p", TestKeys.bob.publicKey.hex)])
            #expect(try seal(of: wrap).tags.isEmpty)
        }
    }

    @Test("a seal by another key than the rumor's author is an impersonation")
    func impersonation() throws {
        let wrap = try GiftWrap.wrap(
            rumor(), from: TestKeys.carol, to: TestKeys.bob.publicKey, now: now, random: SeededRandom("c"))
        #expect(throws: GiftWrapError.senderMismatch) { try GiftWrap.unwrap(wrap, for: TestKeys.bob) }
    }

    @Test("a rumor without an id is refused; a wrong one is not believed")
    func identifier() throws {
        func wrapped(_ json: String) throws -> Event {
            let random = SeededRandom("id")
            let sealKey = try ConversationKey(of: TestKeys.alice, with: TestKeys.bob.publicKey)
            let seal = try Rumor(
                author: TestKeys.alice.publicKey, createdAt: now, kind: .seal,
                content: EncryptedPayload.encrypt(Array(json.utf8), with: sealKey, random: random)
            ).signed(by: TestKeys.alice, random: random)
            let wrapKey = try ConversationKey(of: TestKeys.carol, with: TestKeys.bob.publicKey)
            return try Rumor(
                author: TestKeys.carol.publicKey, createdAt: now, kind: .giftWrap,
                content: EncryptedPayload.encrypt(seal.json, with: wrapKey, random: random)
            ).signed(by: TestKeys.carol, random: random)
        }
        let json = String(decoding: rumor().json, as: UTF8.self)
        let without = json.replacing("\"id\":\"\(rumor().id.hex)\",", with: "")
        #expect(throws: GiftWrapError.invalidRumor(.malformed("it has no id"))) {
            try GiftWrap.unwrap(wrapped(without), for: TestKeys.bob)
        }
        let wrong = json.replacing(rumor().id.hex, with: String(repeating: "0", count: 64))
        #expect(try GiftWrap.unwrap(wrapped(wrong), for: TestKeys.bob) == rumor())
    }
}
