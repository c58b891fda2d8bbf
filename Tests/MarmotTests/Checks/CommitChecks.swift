import Cryptography
import Nostr
import TestSupport
import Testing

@testable import MLS
@testable import Marmot

@Suite("Refused commits and group data — audit A, C, G, L, AC")
struct CommitChecks {
    private let forge = MarmotForge()

    @Test("of a member who is no admin: anything but fresh keys; an admin may")
    func authority() async throws {
        let (alice, bob, carol) = try await forge.views()
        let dave = try forge.keyPackage(TestKeys.make(7).publicKey.bytes)
        let changes: [[Proposal]] = [
            [.add(dave)],
            [.groupContextExtensions(forge.extensions(of: carol) { $0.name = "mine" })],
        ]
        forge.expectRefused(
            "MAR-COMMIT-04", try forge.commit([.remove(LeafIndex(1))], by: carol), by: alice)
        for change in changes {
            forge.expectRefused("MAR-COMMIT-04", try forge.commit(change, by: carol), by: alice)
            var view = alice
            #expect(
                try view.receive(forge.commit(change, by: bob), now: forge.time.now)
                    == .epochChanged(2, by: TestKeys.bob.publicKey))
        }
        var view = alice
        #expect(
            try view.receive(forge.commit(by: carol), now: forge.time.now)
                == .epochChanged(2, by: TestKeys.carol.publicKey))
    }

    @Test("of an admin who was one in an earlier epoch only")
    func formerAdmin() async throws {
        var (alice, bob, carol) = try await forge.views()
        let demotion = try forge.commit(
            [
                .groupContextExtensions(
                    forge.extensions(of: alice) { $0.admins = [TestKeys.alice.publicKey] })
            ], by: alice)
        _ = try bob.receive(demotion, now: forge.time.now)
        _ = try carol.receive(demotion, now: forge.time.now)
        forge.expectRefused("MAR-COMMIT-04", try forge.commit([.remove(LeafIndex(0))], by: bob), by: carol)
    }

    @Test("that change who the committer is")
    func identity() async throws {
        let (alice, bob, _) = try await forge.views()
        var stolen = bob
        var leaf = try #require(stolen.mls.tree.leaf(at: LeafIndex(1)))
        leaf.credential = AccountCredential.make(TestKeys.alice.publicKey)
        stolen.mls.tree.setLeaf(leaf, at: LeafIndex(1))
        forge.expectRefused("MAR-COMMIT-06", try forge.commit(by: stolen), by: alice)
    }

    @Test("that add somebody who is no account")
    func addedIdentity() async throws {
        let (alice, bob, _) = try await forge.views()
        for identity in [[UInt8](repeating: 1, count: 31), Array(TestKeys.carol.publicKey.hex.utf8)] {
            forge.expectRefused(
                "MAR-COMMIT-08", try forge.commit([.add(forge.keyPackage(identity))], by: bob), by: alice)
        }
        // MDK does not look whether the key is on the curve, and goes on with the group.
        var view = alice
        let offCurve = [UInt8](repeating: 0xff, count: 32)
        #expect(throws: CryptographyError.self) { try XOnlyKey(offCurve) }
        #expect(
            try view.receive(forge.commit([.add(forge.keyPackage(offCurve))], by: bob), now: forge.time.now)
                == .epochChanged(2, by: TestKeys.bob.publicKey))
        #expect(view.members.contains { $0.bytes == offCurve })
    }

    @Test("that leave the group without an admin")
    func noAdmin() async throws {
        let (alice, bob, _) = try await forge.views()
        for admins in [[], [TestKeys.make(7).publicKey]] {
            let extensions = forge.extensions(of: bob) { $0.admins = admins }
            forge.expectRefused(
                "MAR-COMMIT-09", try forge.commit([.groupContextExtensions(extensions)], by: bob), by: alice)
        }
        // The last admin is removed, not only demoted.
        let onlyAlice = forge.extensions(of: bob) { $0.admins = [TestKeys.alice.publicKey] }
        forge.expectRefused(
            "MAR-COMMIT-09",
            try forge.commit([.groupContextExtensions(onlyAlice), .remove(LeafIndex(0))], by: bob),
            by: try await forge.views().carol)
    }

    @Test("that drop what every member must be able to do")
    func requirements() async throws {
        let (alice, bob, _) = try await forge.views()
        let data = bob.mls.context.extensions.filter { $0.type == .marmotGroupData }
        forge.expectRefused(
            "MAR-COMMIT-10", try forge.commit([.groupContextExtensions(data)], by: bob), by: alice)
        let lesser = Extension(type: .requiredCapabilities, data: RequiredCapabilities().encoded)
        forge.expectRefused(
            "MAR-COMMIT-11", try forge.commit([.groupContextExtensions(data + [lesser])], by: bob), by: alice)
        let without = bob.mls.context.extensions.filter { $0.type != .marmotGroupData }
        forge.expectRefused(
            "MAR-DATA-06", try forge.commit([.groupContextExtensions(without)], by: bob), by: alice)
    }

    @Test(
        "that give the group another group's Nostr id: told, and nothing is sent until somebody speaks here")
    func takenID() async throws {
        var (alice, bob, carol) = try await forge.views()
        let taken = [UInt8](repeating: 9, count: 32)
        let theft = try forge.commit(
            [.groupContextExtensions(forge.extensions(of: bob) { $0.nostrGroupID = taken })], by: bob)
        expectBroken("MAR-COMMIT-12") {
            _ = try alice.receive(theft, now: forge.time.now, isTaken: { $0 == taken })
        }
        #expect(alice.mls.epoch == 1)
        let rumor = Rumor(
            author: TestKeys.alice.publicKey, createdAt: forge.time.now, kind: .chatMessage, content: "x")
        #expect(throws: MarmotError.mustNotSend(try #require(alice.obstacle))) {
            try alice.encrypt(rumor, now: forge.time.now, random: forge.random)
        }
        // It is still so after a restart.
        #expect(try MarmotGroup(decoding: alice.encoded).obstacle == alice.obstacle)
        // Carol speaks in this epoch: not everybody went on.
        var words = rumor
        words.author = TestKeys.carol.publicKey
        let event = try carol.encrypt(words, now: forge.time.now, random: forge.random).event
        _ = try alice.receive(event, now: forge.time.now)
        #expect(alice.obstacle == nil)
        // Where it is free, the id is taken.
        var other = try await forge.views().alice
        #expect(
            try other.receive(theft, now: forge.time.now) == .epochChanged(2, by: TestKeys.bob.publicKey))
    }

    @Test("whose relays are no relays; any that MDK takes are taken")
    func addresses() async throws {
        let (alice, bob, _) = try await forge.views()
        for address in ["http://127.0.0.1", "file:///etc/passwd", "", "ws://", "127.0.0.1:7000"] {
            let extensions = forge.extensions(of: bob) { $0.relays = [address] }
            forge.expectRefused(
                "MAR-DATA-08", try forge.commit([.groupContextExtensions(extensions)], by: bob), by: alice)
        }
        for addresses in [[], ["wss://127.0.0.1/x"], ["WS://user@127.0.0.1:9"]] {
            var view = alice
            let extensions = forge.extensions(of: bob) { $0.relays = addresses }
            #expect(
                try view.receive(
                    forge.commit([.groupContextExtensions(extensions)], by: bob), now: forge.time.now)
                    == .epochChanged(2, by: TestKeys.bob.publicKey))
            // Where it met before is not forgotten.
            #expect(view.formerRelays == forge.relays)
        }
    }

    @Test("that reinitialize the group, or come from outside")
    func otherKinds() async throws {
        let (alice, bob, _) = try await forge.views()
        let reInit = Proposal.ReInit(
            groupID: [1], version: protocolVersionMLS10, cipherSuite: .x25519AES128GCMSHA256Ed25519,
            extensions: bob.mls.context.extensions)
        forge.expectRefused("MAR-COMMIT-02", try forge.commit([.reInit(reInit)], by: bob), by: alice)
        let staged = try bob.mls.commit(now: UInt64(forge.time.now), random: forge.random).staged
        try CommitPolicy.check(staged, in: alice.mls)
        expectBroken("MAR-COMMIT-01") {
            try CommitPolicy.check(
                StagedCommit(
                    committer: staged.committer, proposals: staged.proposals, group: staged.group,
                    newLeaf: staged.newLeaf, isExternal: true), in: alice.mls)
        }
    }

    @Test("of stored proposals that Marmot does not store: an Update with another name, an admin's leaving")
    func referenced() async throws {
        let (alice, bob, _) = try await forge.views()
        // At the level of MLS, where such proposals are kept.
        var (owner, member) = (alice.mls, bob.mls)
        var leaf = try #require(member.tree.leaf(at: LeafIndex(1)))
        leaf.source = .update
        leaf.encryptionKey = try X25519Key(privateKey: SeededRandom("new").secret(32)).publicKey
        leaf.credential = AccountCredential.make(TestKeys.make(7).publicKey)
        try leaf.sign(with: member.signaturePrivateKey, groupID: member.groupID, at: LeafIndex(1))
        _ = try owner.process(
            member.propose(.update(leaf), random: forge.random), now: UInt64(forge.time.now))
        let update = try owner.commit(
            references: owner.pendingProposals.map(\.reference), now: UInt64(forge.time.now),
            random: forge.random)
        expectBroken("MAR-COMMIT-07") { try CommitPolicy.check(update.staged, in: owner) }

        (owner, member) = (alice.mls, bob.mls)
        _ = try owner.process(member.proposePublicly(.selfRemove), now: UInt64(forge.time.now))
        let leaving = try owner.commit(
            references: owner.pendingProposals.map(\.reference), now: UInt64(forge.time.now),
            random: forge.random)
        expectBroken("MAR-COMMIT-05") { try CommitPolicy.check(leaving.staged, in: owner) }
    }

    @Test("of a member who is no account")
    func committer() throws {
        let data = try GroupData(
            nostrGroupID: [UInt8](repeating: 1, count: 32), name: "", description: "", admins: [],
            relays: forge.relays)
        let group = try Group.create(
            groupID: [1], credential: .basic(identity: [1, 2, 3]), capabilities: Marmot.capabilities,
            lifetime: Marmot.lifetime(now: forge.time.now), extensions: [data.asExtension],
            random: forge.random)
        let commit = try group.commit(now: UInt64(forge.time.now), random: forge.random)
        expectBroken("MAR-COMMIT-03") { try CommitPolicy.check(commit.staged, in: group) }
    }
}
