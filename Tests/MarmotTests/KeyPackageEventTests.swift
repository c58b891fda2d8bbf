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
        ("too large", { $0.content = String(repeating: "A", count: Marmot.contentLimitBytes + 1) }, "02"),
        ("kind", { $0.kind = .chatMessage }, "01"),
        ("no version", { $0.tags.removeAll { $0.name == "mls_protocol_version" } }, "03"),
        ("old version", { $0.replace("mls_protocol_version", "1") }, "03"),
        ("suite", { $0.replace("mls_ciphersuite", "0x0003") }, "04"),
        ("extensions", { $0.replace("mls_extensions", "0x000a") }, "05"),
        ("other extensions", { $0.replace("mls_extensions", "0xf2ee") }, "05"),
        ("proposals", { $0.replace("mls_proposals", "0x000b") }, "10"),
        ("no relays", { $0.tags.removeAll { $0.name == "relays" } }, "07"),
        ("bad relay", { $0.replace("relays", "http://x") }, "08"),
        ("no encoding", { $0.tags.removeAll { $0.name == "encoding" } }, "06"),
        ("hex", { $0.replace("encoding", "hex") }, "06"),
        ("wrong i", { $0.replace("i", String(repeating: "0", count: 64)) }, "13"),
        ("no d", { $0.tags.removeAll { $0.name == "d" } }, "09"),
        ("content", { $0.content = "not base64!" }, "11"), ("empty", { $0.content = "" }, "12"),
        (
            "cut short", { $0.content = Base64.encode(Array((Base64.decode($0.content) ?? []).dropLast())) },
            "12"
        ), ("trailing", { $0.content = Base64.encode((Base64.decode($0.content) ?? []) + [0]) }, "12"),
    ]

    @Test("refuses every mistake by its rule, MAR-KEYPACKAGE-01 to -13", arguments: mistakes.map(\.0))
    func refuses(name: String) throws {
        let (_, change, number) = try #require(Self.mistakes.first { $0.0 == name })
        let event = try changed(try events()[0], change)
        expectBroken("MAR-KEYPACKAGE-\(number)") { _ = try KeyPackageEvent(event, now: Self.now) }
        #expect { try KeyPackageEvent(event, now: Self.now) } throws: { error in
            guard case .keyPackageRejected(let id, _)? = error as? MarmotError else { return false }
            return id == event.id
        }
    }

    @Test("accepts what other clients than MDK write: a d of free text, no mls_proposals, no i")
    func otherClients() throws {
        for event in try events() {
            let other = try changed(event) { rumor in
                rumor.replace("d", "my phone")
                rumor.tags.removeAll { ["mls_proposals", "i"].contains($0.name) }
            }
            #expect(try KeyPackageEvent(other, now: Self.now).account == TestKeys.bob.publicKey)
        }
    }

    /// What MDK refuses: an invitation of such a key package would leave its members behind.
    @Test("refuses extensions where they do not belong")
    func misplaced() throws {
        let random = SeededRandom("misplaced")
        func event(_ change: (inout KeyPackage) -> Void) throws -> Nostr.Event {
            let bundle = try KeyPackageBundle.make(
                credential: AccountCredential.make(TestKeys.bob.publicKey),
                capabilities: Marmot.capabilities, lifetime: Marmot.lifetime(now: Self.now),
                extensions: [Extension(type: .lastResort, data: [])], random: random)
            var package = bundle.keyPackage
            change(&package)
            try package.leafNode.sign(with: bundle.signaturePrivateKey)
            try package.sign(with: bundle.signaturePrivateKey)
            return try KeyPackageEvent.rumors(
                offering: package, by: TestKeys.bob.publicKey, slot: "x", relays: Self.relays,
                now: Self.now
            )[0].signed(by: TestKeys.bob, random: random)
        }
        _ = try KeyPackageEvent(event { _ in }, now: Self.now)
        let foreign = try event { $0.leafNode.capabilities.extensions = [.lastResort] }
        expectBroken("MAR-KEYPACKAGE-15") { _ = try KeyPackageEvent(foreign, now: Self.now) }
        let changes: [(String, (inout KeyPackage) -> Void)] = [
            (
                "CHK-LEAF-10",
                { $0.leafNode.extensions = [Extension(type: .lastResort, data: [])] }
            ),
            (
                "CHK-LEAF-10",
                {
                    $0.leafNode.extensions = [
                        Extension(type: .requiredCapabilities, data: RequiredCapabilities().encoded)
                    ]
                }
            ), ("CHK-KEYPACKAGE-09", { $0.extensions = [Extension(type: .lastResort, data: [1])] }),
        ]
        for (id, change) in changes {
            #expect { try KeyPackageEvent(event(change), now: Self.now) } throws: {
                "\($0)".contains(id) && "\($0)".contains("MAR-KEYPACKAGE-16")
            }
        }
    }

    @Test("refuses a key package offered in another's name")
    func foreignIdentity() throws {
        var event = try events()[1].rumor
        event.author = TestKeys.carol.publicKey
        let signed = try event.signed(by: TestKeys.carol, random: SeededRandom("x"))
        expectBroken("MAR-KEYPACKAGE-14") { _ = try KeyPackageEvent(signed, now: Self.now) }
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
