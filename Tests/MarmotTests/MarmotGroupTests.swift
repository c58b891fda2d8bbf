import Cryptography
import MLS
import Nostr
import TestSupport
import Testing

@testable import Marmot

@Suite("MarmotGroup — MIP-01 to MIP-03")
struct MarmotGroupTests {
    static let now: Int64 = 1_800_000_000
    static let relays = [try? RelayURL("ws://127.0.0.1:1")].compactMap { $0 }

    private func client(_ key: Secp256k1SecretKey) throws -> MarmotClient {
        try MarmotClient(
            key: key, store: NoAccountStore(), random: SeededRandom(key.publicKey.hex), now: { Self.now })
    }

    /// Alice creates a group with Bob.
    private func pair(
        admins: [XOnlyKey] = [TestKeys.alice.publicKey, TestKeys.bob.publicKey]
    ) async throws -> (alice: MarmotClient, bob: MarmotClient, group: [UInt8], wrap: Nostr.Event) {
        let (alice, bob) = (try client(TestKeys.alice), try client(TestKeys.bob))
        let offers = try await bob.makeKeyPackage(relays: Self.relays)
        let invitee = try KeyPackageEvent(offers[0], now: Self.now)
        let (group, welcomes) = try await alice.createGroup(
            inviting: [invitee], name: "Agent Chat", description: "", relays: Self.relays, admins: admins)
        let wrap = try alice.wrap(try #require(welcomes.first))
        let joined = try await bob.accept(wrap: wrap)
        #expect(joined?.id == group.id && joined?.mls.epoch == 1)
        return (alice, bob, group.id, wrap)
    }

    private func text(_ received: [MarmotClient.Received]) -> String? {
        if case .success(.message(let rumor, _))? = received.first?.result { rumor.content } else { nil }
    }

    @Test("two clients talk, each message once")
    func conversation() async throws {
        let (alice, bob, group, wrap) = try await pair()
        for number in 0..<5 {
            let (question, _) = try await alice.encrypt("q\(number)", in: group)
            #expect(text(try await bob.receive(question)) == "q\(number)")
            let (answer, _) = try await bob.encrypt("a\(number)", in: group)
            #expect(text(try await alice.receive(answer)) == "a\(number)")
            // Again, and one's own.
            for (client, event) in [(bob, question), (alice, question)] {
                guard case .success(.duplicate)? = try await client.receive(event).first?.result else {
                    Issue.record("a repeated event was not a duplicate")
                    return
                }
            }
        }
        #expect(try await bob.accept(wrap: wrap) == nil, "a repeated Welcome changes nothing")
    }

    @Test("the same message in a new wrapper is a duplicate")
    func rewrapped() async throws {
        let (alice, bob, group, _) = try await pair()
        let (event, _) = try await alice.encrypt("once", in: group)
        #expect(text(try await bob.receive(event)) == "once")
        var rumor = event.rumor
        let other = TestKeys.make(77)
        rumor.author = other.publicKey
        rumor.createdAt -= 10
        let rewrapped = try rumor.signed(by: other, random: SeededRandom("re"))
        guard case .success(.duplicate)? = try await bob.receive(rewrapped).first?.result else {
            Issue.record("not a duplicate")
            return
        }
    }

    @Test("garbage, foreign events and wrong dates are refused without a trace")
    func garbage() async throws {
        let (alice, bob, group, _) = try await pair()
        let (event, _) = try await alice.encrypt("x", in: group)
        let changes: [(@Sendable (inout Rumor) -> Void, String)] = [
            ({ $0.kind = .chatMessage }, "kind"), ({ $0.createdAt -= 4_000_000 }, "45 days"),
            ({ $0.createdAt += 400 }, "future"),
            ({ $0.tags.append(Nostr.Tag("h", "00")) }, "h tags"), ({ $0.content = "AAAA" }, "neither"),
            ({ $0.content = "?" }, "neither"),
        ]
        for (change, part) in changes {
            var rumor = event.rumor
            change(&rumor)
            rumor.author = TestKeys.make(9).publicKey
            let forged = try rumor.signed(by: TestKeys.make(9), random: SeededRandom("g"))
            guard case .failure(let error)? = try await bob.receive(forged).first?.result else {
                Issue.record("accepted: \(part)")
                continue
            }
            #expect("\(error)".contains(part), "\(error)")
        }
        #expect(text(try await bob.receive(event)) == "x")
        var other = event.rumor
        other.replace("h", String(repeating: "0", count: 64))
        other.author = TestKeys.make(9).publicKey
        #expect(try await bob.receive(other.signed(by: TestKeys.make(9), random: SeededRandom("o"))).isEmpty)
    }

    @Test("events that no secret opens wait, bounded")
    func waiting() async throws {
        let (_, bob, group, _) = try await pair()
        let id = try #require(await bob.group(group)).nostrGroupIDHex
        let key = TestKeys.make(9)
        for number in 0..<300 {
            let event = try Rumor(
                author: key.publicKey, createdAt: Self.now - Int64(number), kind: .groupEvent,
                tags: [Nostr.Tag("h", id)],
                content: Base64.encode([UInt8](repeating: UInt8(number % 250) + 3, count: 40))
            ).signed(by: key, random: SeededRandom("w\(number)"))
            guard case .success(.waiting)? = try await bob.receive(event).first?.result else {
                Issue.record("event \(number) does not wait")
                return
            }
        }
        let inbox = try #require(await bob.group(group)).inbox
        #expect(inbox.waiting.count == Inbox.waitingLimit)
        #expect(inbox.waiting.allSatisfy { $0.createdAt > Self.now - 256 }, "the oldest went")
    }

    @Test("a Welcome whose sender is no admin, or who forwards another's, is refused")
    func welcomes() async throws {
        let (alice, bob) = (try client(TestKeys.alice), try client(TestKeys.bob))
        let invitee = try KeyPackageEvent(try await bob.makeKeyPackage(relays: Self.relays)[0], now: Self.now)
        let (_, welcomes) = try await alice.createGroup(
            inviting: [invitee], name: "g", description: "", relays: Self.relays,
            admins: [TestKeys.alice.publicKey, TestKeys.bob.publicKey])
        let rumor = try #require(welcomes.first).rumor
        func attempt(_ change: (inout Rumor) -> Void, _ part: String) async throws {
            var changed = rumor
            change(&changed)
            let wrapID = try #require(EventID(SHA256.hash(Array(part.utf8))))
            do {
                _ = try await bob.join(changed, wrapID: wrapID)
                Issue.record("accepted: \(part)")
            } catch { #expect("\(error)".contains(part), "\(error)") }
        }
        try await attempt({ $0.author = TestKeys.carol.publicKey }, "not the member who signed")
        try await attempt(
            { $0.replace("e", String(repeating: "1", count: 64)) }, "does not match the key package")
        try await attempt({ $0.replace("encoding", "hex") }, "encoding")
        try await attempt({ $0.replace("relays", "nothing") }, "relays")
        try await attempt({ $0.content = "AAAA" }, "malformed")
        try await attempt({ $0.kind = .chatMessage }, "kind")
        #expect(try await bob.join(rumor, wrapID: try #require(EventID(SHA256.hash([1])))) != nil)
    }

    @Test("creation rules: relays, admins, invitees, dialects")
    func creation() async throws {
        let (alice, bob) = (try client(TestKeys.alice), try client(TestKeys.bob))
        let invitee = try KeyPackageEvent(try await bob.makeKeyPackage(relays: Self.relays)[0], now: Self.now)
        let me = TestKeys.alice.publicKey
        let cases: [([KeyPackageEvent], [RelayURL], [XOnlyKey], String, String)] = [
            ([invitee], [], [me], "x", "relay"), ([invitee], Self.relays, [], "x", "creator"),
            ([invitee], Self.relays, [me, TestKeys.carol.publicKey], "x", "member"),
            ([invitee, invitee], Self.relays, [me], "x", "twice"),
            ([invitee], Self.relays, [me], String(repeating: "n", count: 256), "longer than 255"),
        ]
        for (invitees, relays, admins, name, part) in cases {
            do {
                _ = try await alice.createGroup(
                    inviting: invitees, name: name, description: "", relays: relays, admins: admins)
                Issue.record("accepted: \(part)")
            } catch { #expect("\(error)".contains(part), "\(error)") }
        }
        #expect(await alice.groups.isEmpty)
    }

    @Test("required proposals follow what every invitee supports")
    func requiredCapabilities() async throws {
        let (alice, _, id, _) = try await pair()
        let group = try #require(await alice.group(id))
        let required = try #require(group.mls.context.extensions.first(.requiredCapabilities))
        #expect(Hex.encode(required.data) == "02f2ee02000a00")
        #expect(group.mls.context.extensions.map(\.type.rawValue) == [0xf2ee, 0x0003])
    }

    @Test("a member who is no admin may update its key, and nothing else")
    func commitPolicy() async throws {
        let (alice, bob, id, _) = try await pair(admins: [TestKeys.alice.publicKey])
        var alicesView = try #require(await alice.group(id))
        let bobsView = try #require(await bob.group(id))
        let random = SeededRandom("commits")
        let removal = try bobsView.mls.commit(
            inline: [.remove(LeafIndex(0))], now: UInt64(Self.now), random: random)
        let forbidden = try GroupEvent.seal(
            removal.message.encoded, for: bobsView.mls, nostrGroupID: bobsView.data.nostrGroupID,
            dialect: .chaCha, now: Self.now,
            random: random)
        #expect(throws: MarmotError.self) { try alicesView.receive(forbidden, now: Self.now) }
        #expect(alicesView.mls.epoch == 1)
        let update = try removal.abandoned.commit(
            rotatingSignatureKey: true, now: UInt64(Self.now), random: random)
        let allowed = try GroupEvent.seal(
            update.message.encoded, for: bobsView.mls, nostrGroupID: bobsView.data.nostrGroupID,
            dialect: .chaCha, now: Self.now,
            random: random)
        #expect(
            try alicesView.receive(allowed, now: Self.now) == .epochChanged(2, by: TestKeys.bob.publicKey))
    }

    @Test("a message that overtakes its commit is read after the commit")
    func overtaking() async throws {
        let (alice, bob, id, _) = try await pair()
        var alicesView = try #require(await alice.group(id))
        var bobsView = try #require(await bob.group(id))
        let random = SeededRandom("overtake")
        let update = try bobsView.mls.commit(now: UInt64(Self.now), random: random)
        let commit = try GroupEvent.seal(
            update.message.encoded, for: bobsView.mls, nostrGroupID: bobsView.data.nostrGroupID,
            dialect: .chaCha, now: Self.now,
            random: random)
        bobsView.mls = update.group
        let rumor = Rumor(
            author: TestKeys.bob.publicKey, createdAt: Self.now, kind: .chatMessage, content: "early")
        let message = try bobsView.encrypt(rumor, now: Self.now, random: random).event
        #expect(try alicesView.receive(message, now: Self.now) == .waiting)
        #expect(try alicesView.receive(commit, now: Self.now) == .epochChanged(2, by: TestKeys.bob.publicKey))
        let retried = alicesView.retryWaiting(now: Self.now)
        #expect(retried.count == 1)
        #expect(try retried[0].result.get() == .message(rumor, from: TestKeys.bob.publicKey))
    }
}
