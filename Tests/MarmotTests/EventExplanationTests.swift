import Cryptography
import MLS
import Nostr
import TestSupport
import Testing

@testable import Marmot

@Suite("decode: what an event is, and why it does or does not decrypt")
struct EventExplanationTests {
    private static let now: Int64 = 1_800_000_000
    private let random = SeededRandom("explain")
    private let relays = MarmotGroupTests.relays

    private struct World {
        var alice: Account
        var bob: Account
        let offers: [Event]
        let welcome: Event
        let group: MarmotGroup
    }

    /// Alice founded a group with Bob, who has not joined.
    private func world() throws -> World {
        var alice = Account(key: try Secp256k1SecretKey.random(from: random))
        var bob = Account(key: try Secp256k1SecretKey.random(from: random))
        let offers = try bob.makeKeyPackage(relays: relays, now: Self.now, random: random)
        let created = try alice.createGroup(
            inviting: [try KeyPackageEvent(offers[0], now: Self.now)], name: "watch", description: "",
            relays: relays, admins: [alice.publicKey], now: Self.now, random: random)
        let wrap = try GiftWrap.wrap(
            created.welcomes[0].rumor, from: alice.key, to: bob.publicKey, now: Self.now, random: random)
        return World(alice: alice, bob: bob, offers: offers, welcome: wrap, group: created.group)
    }

    private func why(_ account: Account, _ event: Event, now: Int64 = now) -> (
        verdict: EventExplanation.Verdict, text: String
    ) {
        let before = account.groups
        let found = account.explain(event, now: now)
        #expect(account.groups == before)
        return (found.verdict, found.lines.last?.text ?? "")
    }

    @Test("key packages and gift wraps, seen by the invited, the inviter and a stranger")
    func invitations() throws {
        var world = try world()
        let stranger = Account(key: try Secp256k1SecretKey.random(from: random))
        #expect(why(world.bob, world.offers[0]) == (.open, "ours; we hold its private keys"))
        #expect(
            why(world.alice, world.offers[0])
                == (.open, "valid; its owner can be invited to a group with it"))
        let late = why(world.alice, world.offers[0], now: Self.now + 100 * 86_400)
        #expect(late.verdict == .refused && late.text.contains("outside its lifetime"))
        #expect(why(world.bob, world.welcome) == (.readable, "we can join the group with it"))
        #expect(why(stranger, world.welcome).verdict == .closed)
        #expect(why(stranger, world.welcome).text.contains("not for us"))
        _ = try world.bob.join(GiftWrap.unwrap(world.welcome, for: world.bob.key), now: Self.now)
        #expect(why(world.bob, world.welcome).text.contains("already in"))
        world.bob.keyPackages = []
        world.bob.groups = [:]
        #expect(why(world.bob, world.welcome).verdict == .refused)
    }

    @Test("group events: readable, read before, our own, too early, over, foreign, refused")
    func groupEvents() throws {
        var world = try world()
        _ = try world.bob.join(GiftWrap.unwrap(world.welcome, for: world.bob.key), now: Self.now)
        var alice = world.group
        let rumor = Rumor(
            author: world.alice.publicKey, createdAt: Self.now, kind: .chatMessage, content: "hello")
        let hello = try alice.encrypt(rumor, now: Self.now, random: random).event
        world.alice.groups[alice.id] = alice
        #expect(why(world.alice, hello).text.hasPrefix("our own"))
        #expect(why(world.bob, hello) == (.readable, "not read before"))
        var bob = try #require(world.bob.groups.values.first)
        _ = try bob.receive(hello, now: Self.now)
        world.bob.groups[bob.id] = bob
        #expect(why(world.bob, hello).text.hasPrefix("read before"))

        try alice.prepare(.updateKeys, by: world.alice.publicKey, now: Self.now, random: random)
        let commit = try #require(alice.pendingCommit?.event)
        world.alice.groups[alice.id] = alice
        #expect(why(world.alice, commit).text.contains("no relay has confirmed"))
        #expect(why(world.bob, commit) == (.readable, "starts epoch 2"))
        _ = try alice.confirmCommit(commit.id)
        let second = try alice.encrypt(rumor, now: Self.now, random: random).event
        let early = why(world.bob, second)
        #expect(early.verdict == .closed && early.text.contains("from a later epoch"), "\(early)")
        _ = try bob.receive(commit, now: Self.now)
        world.bob.groups[bob.id] = bob
        #expect(why(world.bob, commit).text.contains("the commit that ended epoch 1"))
        world.alice.groups[alice.id] = alice
        #expect(why(world.alice, hello).text.hasPrefix("our own"), "also of an epoch that is over")

        // Bob is no admin: what he commits beyond his own keys is refused.
        let forged = bob
        let rename = try forged.mls.commit(
            inline: [.groupContextExtensions(forged.mls.context.extensions)], now: UInt64(Self.now),
            random: random)
        let forgery = try GroupEvent.seal(
            rename.message.encoded, for: forged.mls, nostrGroupID: forged.data.nostrGroupID,
            dialect: forged.dialect, now: Self.now, random: random)
        let refused = why(world.alice, forgery)
        #expect(refused.verdict == .refused && refused.text.contains("not an admin"), "\(refused)")

        let stranger = Account(key: try Secp256k1SecretKey.random(from: random))
        #expect(why(stranger, hello).text.contains("not in this state directory"))
        let note = try Rumor(
            author: stranger.publicKey, createdAt: .max, kind: EventKind(rawValue: 1), content: "x"
        ).signed(by: stranger.key, random: random)
        #expect(why(stranger, note).verdict == .open)
    }
}
