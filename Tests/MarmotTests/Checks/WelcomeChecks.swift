import Cryptography
import MLS
import Nostr
import TestSupport
import Testing

@testable import Marmot

@Suite("Refused Welcomes — audit H, R, AC, suggestion 5")
struct WelcomeChecks {
    private let forge = MarmotForge()

    /// Bob, who has been invited by a group of Alice's.
    private func invited() throws -> (bob: Account, rumor: Rumor) {
        var (alice, bob) = (Account(key: TestKeys.alice), Account(key: TestKeys.bob))
        let offer = try KeyPackageEvent(
            bob.makeKeyPackage(relays: forge.relays, now: forge.time.now, random: forge.random)[0],
            now: forge.time.now)
        let (_, welcomes) = try alice.createGroup(
            inviting: [offer], name: "g", description: "", relays: forge.relays,
            admins: [TestKeys.alice.publicKey], now: forge.time.now, random: forge.random)
        return (bob, welcomes[0].rumor)
    }

    @Test("are refused by the rule that is for them")
    func checks() throws {
        let (bob, honest) = try invited()
        func expect(_ id: String, _ change: (inout Rumor) -> Void) {
            var rumor = honest
            change(&rumor)
            var account = bob
            expectBroken(id) { _ = try account.join(rumor, now: forge.time.now) }
            #expect(account.groups.isEmpty)
        }
        expect("MAR-WELCOME-01") { $0.kind = .chatMessage }
        expect("MAR-WELCOME-02") {
            $0.content = String(repeating: "A", count: Marmot.contentLimitBytes + 1)
        }
        expect("MAR-WELCOME-03") { $0.replace("relays") }
        expect("MAR-WELCOME-03") { $0.replace("relays", "http://x") }
        expect("MAR-WELCOME-04") { $0.tags.removeAll { $0.name == "e" } }
        expect("MAR-WELCOME-05") { $0.replace("encoding", "Base64") }
        expect("MAR-WELCOME-06") { $0.content = "?" }
        let other = MLSMessage.keyPackage(bob.keyPackages[0].bundle.keyPackage).encoded
        expect("MAR-WELCOME-07") { $0.content = Base64.encode(other) }
        expect("MAR-WELCOME-08") {
            $0.content = Base64.encode((Base64.decode($0.content) ?? []) + [0])
        }
        expect("MAR-WELCOME-10") { $0.replace("e", String(repeating: "1", count: 64)) }
        expect("MAR-WELCOME-12") { $0.author = TestKeys.carol.publicKey }
        var stranger = Account(key: TestKeys.carol)
        _ = try stranger.makeKeyPackage(relays: forge.relays, now: forge.time.now, random: forge.random)
        expectBroken("MAR-WELCOME-09") { _ = try stranger.join(honest, now: forge.time.now) }
        var account = bob
        #expect(try account.join(honest, now: forge.time.now)?.inviter == TestKeys.alice.publicKey)
    }

    @Test("from a member who is no admin")
    func nonAdmin() async throws {
        let (_, _, carol) = try await forge.views()
        var dave = Account(key: TestKeys.make(7))
        let offer = try KeyPackageEvent(
            dave.makeKeyPackage(relays: forge.relays, now: forge.time.now, random: forge.random)[0],
            now: forge.time.now)
        let commit = try carol.mls.commit(
            inline: [.add(offer.keyPackage)], now: UInt64(forge.time.now), random: forge.random)
        let rumor = WelcomeEvent.rumor(
            try #require(commit.welcome), from: TestKeys.carol.publicKey, keyPackageEvent: offer.event.id,
            relays: forge.relays, now: forge.time.now)
        expectBroken("MAR-WELCOME-13") { _ = try dave.join(rumor, now: forge.time.now) }
        #expect(dave.groups.isEmpty)
    }

    @Test("into a group with the Nostr id of another one of ours")
    func takenID() throws {
        var (bob, rumor) = try invited()
        let first = try #require(try bob.join(rumor, now: forge.time.now))
        let second = Account(key: TestKeys.carol)
        let data = try GroupData(
            nostrGroupID: first.data.nostrGroupID, name: "", description: "",
            admins: [TestKeys.carol.publicKey], relays: forge.relays)
        let mls = try Group.create(
            groupID: [7], credential: AccountCredential.make(second.publicKey),
            capabilities: Marmot.capabilities, lifetime: Marmot.lifetime(now: forge.time.now),
            extensions: [data.asExtension], random: forge.random)
        let commit = try mls.commit(
            inline: [.add(bob.keyPackages[0].bundle.keyPackage)], now: UInt64(forge.time.now),
            random: forge.random)
        rumor = WelcomeEvent.rumor(
            try #require(commit.welcome), from: second.publicKey,
            keyPackageEvent: bob.keyPackages[0].eventIDs[0], relays: forge.relays, now: forge.time.now)
        expectBroken("MAR-WELCOME-11") { _ = try bob.join(rumor, now: forge.time.now) }
        #expect(bob.groups.count == 1)
    }

    @Test("from somebody who may not invite us, and one without an id")
    func senders() async throws {
        let (_, rumor) = try invited()
        let bob = try forge.member(TestKeys.bob)
        let wrap = try GiftWrap.wrap(
            rumor, from: TestKeys.alice, to: TestKeys.bob.publicKey, now: forge.time.now,
            random: forge.random)
        do {
            _ = try await bob.client.accept(wrap: wrap) { _ in false }
            Issue.record("accepted")
        } catch { #expect((error as? MarmotError)?.check?.id == "MAR-WELCOME-14") }
    }

    @Test("an old one does not bring a group back that we have left")
    func revival() async throws {
        let (alice, _, _, group) = try await forge.trio()
        var dave = try forge.member(TestKeys.make(7))
        try await forge.change(.invite([try await forge.offer(dave)]), by: alice, in: group)
        let welcome = try #require(await alice.client.undeliveredWelcomes(of: group).first)
        #expect(try await dave.client.accept(wrap: alice.client.wrap(welcome)) != nil)
        let removal = try await forge.change(.remove([dave.publicKey]), by: alice, in: group)
        #expect(try await forge.reception(removal, dave) == .removed(by: alice.publicKey))
        #expect(try await dave.client.accept(wrap: alice.client.wrap(welcome)) == nil)
        try forge.restart(&dave)
        #expect(try await dave.client.accept(wrap: alice.client.wrap(welcome)) == nil)
        #expect(await dave.client.group(group)?.isActive == false)
    }
}
