import Cryptography
import MLS
import Nostr
import TestSupport
import Testing

@testable import Marmot

@Suite("KeyPackageEvent — MIP-00")
struct KeyPackageEventTests {
    static let now: Int64 = 1_800_000_000
    static let relays = [try? RelayURL("ws://127.0.0.1:1")].compactMap { $0 }

    /// Events of an account, kinds 30443 and 443.
    private func events(_ key: Secp256k1SecretKey = TestKeys.bob, now: Int64 = KeyPackageEventTests.now)
        throws -> [Nostr.Event]
    {
        var account = Account(key: key)
        return try account.makeKeyPackage(relays: Self.relays, now: now, random: SeededRandom("kp"))
    }

    private func changed(
        _ event: Nostr.Event, by key: Secp256k1SecretKey = TestKeys.bob, _ change: (inout Rumor) -> Void
    ) throws -> Nostr.Event {
        var rumor = event.rumor
        change(&rumor)
        return try rumor.signed(by: key, random: SeededRandom("changed"))
    }

    @Test("accepts both of its own kinds")
    func own() throws {
        let events = try events()
        #expect(events.map(\.kind.rawValue) == [30_443, 443])
        for event in events {
            let parsed = try KeyPackageEvent(event, now: Self.now)
            #expect(parsed.account == TestKeys.bob.publicKey && parsed.dialect == .chaCha)
        }
        let found = KeyPackageEvent.newestValid(
            among: events.reversed(), of: TestKeys.bob.publicKey, now: Self.now
        ).found
        #expect(found?.event.kind == .keyPackage)
    }

    static let mistakes: [(String, @Sendable (inout Rumor) -> Void, String)] = [
        ("kind", { $0.kind = .chatMessage }, "kind"),
        ("no version", { $0.tags.removeAll { $0.name == "mls_protocol_version" } }, "mls_protocol_version"),
        ("old version", { $0.replace("mls_protocol_version", "1") }, "mls_protocol_version"),
        ("suite", { $0.replace("mls_ciphersuite", "0x0003") }, "mls_ciphersuite"),
        ("extensions", { $0.replace("mls_extensions", "0x000a") }, "mls_extensions"),
        ("proposals", { $0.replace("mls_proposals", "0x000b") }, "mls_proposals"),
        ("no relays", { $0.tags.removeAll { $0.name == "relays" } }, "relays"),
        ("bad relay", { $0.replace("relays", "http://x") }, "relays"),
        ("no encoding", { $0.tags.removeAll { $0.name == "encoding" } }, "encoding"),
        ("hex", { $0.replace("encoding", "hex") }, "encoding"),
        ("wrong i", { $0.replace("i", String(repeating: "0", count: 64)) }, "i tag"),
        ("short d", { $0.replace("d", "ab") }, "d tag"),
        ("content", { $0.content = "not base64!" }, "base64"),
        ("empty", { $0.content = "" }, "malformed"),
        (
            "cut short", { $0.content = Base64.encode(Array((Base64.decode($0.content) ?? []).dropLast())) },
            "malformed"
        ),
        ("trailing", { $0.content = Base64.encode((Base64.decode($0.content) ?? []) + [0]) }, "malformed"),
    ]

    @Test("refuses every mistake by name", arguments: mistakes.map(\.0))
    func refuses(name: String) throws {
        let (_, change, part) = try #require(Self.mistakes.first { $0.0 == name })
        let event = try changed(try events()[0], change)
        #expect { try KeyPackageEvent(event, now: Self.now) } throws: { error in
            guard case .keyPackageRejected(let id, let why)? = error as? MarmotError else { return false }
            return id == event.id && why.contains(part)
        }
    }

    @Test("refuses a key package offered in another's name")
    func foreignIdentity() throws {
        var event = try events()[1].rumor
        event.author = TestKeys.carol.publicKey
        let signed = try event.signed(by: TestKeys.carol, random: SeededRandom("x"))
        #expect { try KeyPackageEvent(signed, now: Self.now) } throws: {
            "\($0)".contains("does not name the event's author")
        }
    }

    @Test("refuses an expired one, and takes the older valid one instead")
    func expired() throws {
        let old = try events(now: Self.now - 100)
        #expect { try KeyPackageEvent(old[0], now: Self.now + 8_000_000) } throws: {
            "\($0)".contains("lifetime")
        }
        let newer = try changed(try events()[0]) { $0.content = "AAAA" }
        let (found, rejections) = KeyPackageEvent.newestValid(
            among: old + [newer], of: TestKeys.bob.publicKey, now: Self.now)
        #expect(found?.event.createdAt == Self.now - 100)
        #expect(rejections.count == 1)
    }

    @Test("refuses a key package whose signature does not fit")
    func forgedSignature() throws {
        let event = try changed(try events()[1]) { rumor in
            var bytes = Base64.decode(rumor.content) ?? []
            bytes[bytes.count - 1] ^= 1
            rumor.content = Base64.encode(bytes)
            rumor.replace("i", Hex.encode(HashReference.keyPackage(bytes)))
        }
        #expect { try KeyPackageEvent(event, now: Self.now) } throws: {
            "\($0)".contains("CHK-KEYPACKAGE-02")
        }
    }

    @Test("the client tag tells the dialect")
    func dialect() {
        #expect(Dialect(clientTag: "MDK/0.6.0") == .nip44)
        #expect(Dialect(clientTag: "MDK/0.7.1") == .chaCha && Dialect(clientTag: nil) == .chaCha)
    }
}

extension Rumor {
    mutating func replace(_ name: String, _ values: String...) {
        tags = tags.map { $0.name == name ? Nostr.Tag(fields: [name] + values) : $0 }
    }
}
