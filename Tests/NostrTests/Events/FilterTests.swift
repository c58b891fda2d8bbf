import Cryptography
import Foundation
import TestSupport
import Testing

@testable import Nostr

@Suite("Filter — NIP-01")
struct FilterTests {
    private func event(
        _ key: Secp256k1SecretKey = TestKeys.alice, kind: UInt16 = 445, at time: Int64 = 100,
        tags: [Nostr.Tag] = []
    ) throws -> Event {
        try Rumor(
            author: key.publicKey, createdAt: time, kind: EventKind(rawValue: kind), tags: tags, content: ""
        )
        .signed(by: key, random: SeededRandom("f"))
    }

    @Test("every field restricts, absent ones do not")
    func fields() throws {
        let event = try event(tags: [Nostr.Tag("h", "aa"), Nostr.Tag("h", "bb")])
        #expect(Filter().matches(event))
        #expect(Filter(ids: [event.id]).matches(event) && !Filter(ids: []).matches(event))
        #expect(
            Filter(authors: [event.author]).matches(event)
                && !Filter(authors: [TestKeys.bob.publicKey]).matches(event))
        #expect(
            Filter(kinds: [.giftWrap, EventKind(rawValue: 445)]).matches(event)
                && !Filter(kinds: [.giftWrap]).matches(event))
        #expect(
            Filter(tags: ["h": ["bb", "cc"]]).matches(event) && !Filter(tags: ["h": ["cc"]]).matches(event))
        #expect(!Filter(tags: ["p": ["aa"]]).matches(event))
        #expect(Filter(since: 100, until: 100).matches(event))
        #expect(!Filter(since: 101).matches(event) && !Filter(until: 99).matches(event))
    }

    @Test("survives JSON, unknown fields ignored")
    func json() throws {
        let filter = Filter(
            authors: [TestKeys.alice.publicKey], kinds: [.giftWrap], tags: ["p": ["x"]], since: 5, until: 9,
            limit: 3)
        #expect(try JSONDecoder().decode(Filter.self, from: Data(RelayJSON.encode(filter))) == filter)
        let lenient = try JSONDecoder().decode(
            Filter.self, from: Data(##"{"search":"x","#long":["y"],"limit":1}"##.utf8))
        #expect(lenient == Filter(limit: 1))
    }

    @Test(
        "bech32 keys read back, and say what is wrong with them",
        arguments: [
            ("npub1qqqq", "checksum"),
            ("nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5", "neither"),
            ("npub1SG6PLZPTD64U62A878HEP2KEV88SWJH3TW00GJSFL8F237LMU63Q0UF63M", "mixes"), ("abc", "neither"),
            ("", "32 bytes"),
        ])
    func badKeys(text: String, part: String) {
        #expect { try KeyText.publicKey(text) } throws: { "\($0)".contains(part) }
    }

    @Test("agrees with NIP-19's example")
    func nip19() throws {
        let key = try KeyText.publicKey("npub10elfcs4fr0l0r8af98jlmgdh9c8tcxjvz9qkw038js35mp4dma8qzvjptg")
        #expect(key.hex == "7e7e9c42a91bfef19fa929e5fda1b72e0ebc1a4c1141673e2794234d86addf4e")
        #expect(KeyText.npub(key) == "npub10elfcs4fr0l0r8af98jlmgdh9c8tcxjvz9qkw038js35mp4dma8qzvjptg")
        let secret = try KeyText.secretKey("nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5")
        #expect(
            Hex.encode(secret.secret.exposed())
                == "67dea2ed018072d675f5415ecfaed7d2597555e202d85b3d65ea4e58d2d92ffa")
    }

    @Test("base64 is strict", arguments: ["YQ", "YQ=", "YQ==\n", " YQ==", "YR==", "Y_==", "YQ=="])
    func base64(text: String) { #expect((Base64.decode(text) != nil) == (text == "YQ==")) }
}
