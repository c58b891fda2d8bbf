import Cryptography
import MLS
import Nostr
import TestSupport
import Testing

@testable import Marmot

@Suite("When keys are due — contracts/marmot.md sections 6 and 8")
struct KeyUpdateDueTests {
    private static let now: Int64 = 1_800_000_000
    private let random = SeededRandom("due")
    private let relays = MarmotGroupTests.relays

    private func joined() throws -> (alice: Account, bob: Account, id: [UInt8]) {
        var alice = Account(key: try Secp256k1SecretKey.random(from: random))
        var bob = Account(key: try Secp256k1SecretKey.random(from: random))
        let offer = try bob.makeKeyPackage(relays: relays, now: Self.now, random: random)[0]
        let created = try alice.createGroup(
            inviting: [try KeyPackageEvent(offer, now: Self.now)], name: "g", description: "",
            relays: relays, admins: [alice.publicKey], now: Self.now, random: random)
        _ = try bob.join(created.welcomes[0].rumor, now: Self.now)
        return (alice, bob, created.group.id)
    }

    @Test("soon after joining, at a moment of its own; never for the founder, nor once renewed")
    func afterJoining() throws {
        var (alice, bob, id) = try joined()
        #expect(alice.keyUpdateDue(in: id, joined: Self.now) == nil)
        let due = try #require(bob.keyUpdateDue(in: id, joined: Self.now))
        #expect(KeyUpdate.afterJoining.contains(due - Self.now))
        #expect(bob.keyUpdateDue(in: id, joined: Self.now) == due, "no new draw at every look")
        var group = try #require(bob.groups[id])
        try group.prepare(.updateKeys, by: bob.publicKey, now: Self.now, random: random)
        _ = try group.confirmCommit(try #require(group.pendingCommit?.event.id))
        bob.groups[id] = group
        #expect(bob.keyUpdateDue(in: id, joined: Self.now) == nil)
        bob.groups[id]?.isActive = false
        #expect(bob.keyUpdateDue(in: id, joined: Self.now) == nil)
    }

    @Test("one to two weeks before a leaf expires: in groups of MDK 0.6, or when the key package is gone")
    func beforeExpiry() throws {
        var (_, bob, id) = try joined()
        bob.groups[id]?.dialect = .nip44
        let expiry = Self.now + Int64(Marmot.keyPackageLifetimeSeconds)
        let due = try #require(bob.keyUpdateDue(in: id, joined: Self.now))
        #expect(KeyUpdate.beforeExpiry.contains(expiry - due))
        bob.groups[id]?.dialect = .chaCha
        bob.keyPackages = []
        #expect(bob.keyUpdateDue(in: id, joined: Self.now) == due)
    }
}
