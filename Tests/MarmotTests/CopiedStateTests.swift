import Cryptography
import MLS
import Nostr
import TestSupport
import Testing

@testable import Marmot

@Suite("A state that was restored from a copy")
struct CopiedStateTests: GroupScene {
    let time = SceneTime()

    /// A second client from what a member has stored by now.
    private func copy(_ member: SceneMember) throws -> SceneMember {
        let store = MemoryStore()
        for group in try member.store.loadGroups() { store.save(group) }
        store.save(member.store.loadKeyPackages())
        time.pass()
        return try self.member(
            member.key, restarting: SceneMember(key: member.key, store: store, client: member.client))
    }

    private func say(_ text: String, by member: SceneMember, in group: [UInt8]) async throws -> Nostr.Event {
        time.pass()
        return try await member.client.encrypt(text, in: group).event
    }

    private func obstacle(of member: SceneMember, in group: [UInt8]) async -> Obstacle? {
        await member.client.group(group)?.obstacle
    }

    @Test("sends nothing once it has seen a message of its own that it does not know; fresh keys end that")
    func generations() async throws {
        let (alice, bob, _, group) = try await trio()
        var old = try copy(alice)
        let unknown = try await say("from the original", by: alice, in: group)
        _ = try await reception(unknown, bob)
        #expect(try await reception(unknown, old) == .blocked(.copied))
        await #expect(throws: MarmotError.mustNotSend(.copied)) {
            try await old.client.encrypt("x", in: group)
        }
        await #expect(throws: MarmotError.mustNotSend(.copied)) {
            _ = try await old.client.prepare(.rename(name: "x", description: nil), in: group)
        }
        // Many unknown messages are told once.
        #expect(
            try await reception(try await say("another", by: alice, in: group), old) == .duplicate)
        // It stays so: the event is not read again.
        try restart(&old)
        #expect(await obstacle(of: old, in: group) == .copied)
        let update = try await change(.updateKeys, by: old, in: group)
        #expect(await obstacle(of: old, in: group) == nil)
        _ = try await reception(update, bob)
        let event = try await say("from the copy", by: old, in: group)
        guard case .message(let rumor, _)? = try await reception(event, bob) else {
            Issue.record("Bob cannot read it")
            return
        }
        #expect(rumor.content == "from the copy")
        // And now the original is the copy.
        #expect(try await reception(update, alice) == .blocked(.overtakenByOurselves))
    }

    @Test("sees that the group has gone on by a commit of its own", arguments: [false, true])
    func commits(afterWords: Bool) async throws {
        let (alice, bob, _, group) = try await trio()
        let old = try copy(alice)
        if afterWords {
            #expect(
                try await reception(try await say("one", by: alice, in: group), old) == .blocked(.copied))
        }
        let word = try await say("before the change", by: alice, in: group)
        let commit = try await change(.rename(name: "new", description: nil), by: alice, in: group)
        _ = try await reception(commit, bob)
        #expect(try await reception(commit, old) == .blocked(.overtakenByOurselves))
        for change in [GroupChange.updateKeys, .rename(name: "x", description: nil)] {
            await #expect(throws: MarmotError.mustNotSend(.overtakenByOurselves)) {
                _ = try await old.client.prepare(change, in: group)
            }
        }
        // Words of its own do not make it better.
        #expect(try await reception(word, old) == .duplicate)
        #expect(await obstacle(of: old, in: group) == .overtakenByOurselves)
        #expect(try await reception(try await say("two", by: alice, in: group), old) == .waiting)
        #expect(await obstacle(of: old, in: group) == .overtakenByOurselves)
    }

    @Test("of a member: a message in an epoch that is over shows it, too")
    func pastEpoch() async throws {
        let (alice, bob, carol, group) = try await trio()
        let old = try copy(bob)
        let unknown = try await say("from the original", by: bob, in: group)
        let update = try await change(.updateKeys, by: carol, in: group)
        for member in [alice, old] { _ = try await reception(update, member) }
        #expect(try await reception(unknown, old) == .blocked(.copied))
    }

    @Test("a commit of its own that comes first counts, although another was applied")
    func precedingCommit() async throws {
        let (alice, bob, carol, group) = try await trio()
        let old = try copy(alice)
        time.pass()
        let own = try await alice.client.prepare(.updateKeys, in: group)
        let other = try await change(.updateKeys, by: carol, in: group)
        _ = try await reception(other, old)
        #expect(try await reception(own.event, old) == .blocked(.overtakenByOurselves))
        _ = bob
    }

    @Test("nobody else can make it look like a copy")
    func forged() async throws {
        let (_, bob, carol, group) = try await trio()
        // Bob encrypts as if he were Carol: he knows the keys of her ratchet, but cannot sign for her.
        let forger = try #require(await bob.client.group(group))
        let carols = try #require(await carol.client.group(group)).mls.ownLeaf
        let message = try forger.mls.impersonated(carols, Array("x".utf8))
        let event = try GroupEvent.seal(
            message.encoded, for: forger.mls, nostrGroupID: forger.data.nostrGroupID, dialect: .chaCha,
            now: time.now, random: SeededRandom("f"))
        #expect(try await reception(event, carol) == .duplicate)
        #expect(await obstacle(of: carol, in: group) == nil)
        #expect(try await carol.client.encrypt("still here", in: group).rumor.content == "still here")
    }

    @Test("its own messages from before the copy, and of this run, show nothing")
    func known() async throws {
        let (alice, bob, _, group) = try await trio()
        let before = try await say("before", by: alice, in: group)
        var old = try copy(alice)
        let after = try await say("after", by: old, in: group)
        for event in [before, after] { #expect(try await reception(event, old) == .duplicate) }
        let update = try await change(.updateKeys, by: old, in: group)
        try restart(&old)
        for event in [before, after, update] {
            #expect(try await reception(event, old) == .duplicate)
        }
        #expect(await obstacle(of: old, in: group) == nil)
        _ = bob
    }

    @Test("the keys of its unknown proposals are not used for what ends it")
    func proposals() async throws {
        let (alice, _, carol, group) = try await trio()
        let old = try copy(carol)
        time.pass()
        // As a client leaves that does not know SelfRemove.
        var state = try #require(await carol.client.group(group))
        var events: [Nostr.Event] = []
        for _ in 0..<2 {
            let before = state.mls
            let message = try state.mls.propose(.remove(state.mls.ownLeaf), random: SeededRandom("p"))
            events.append(
                try GroupEvent.seal(
                    message.encoded, for: before, nostrGroupID: state.data.nostrGroupID,
                    dialect: .chaCha, now: time.now, random: SeededRandom("\(events.count)")))
        }
        for event in events { #expect(try await reception(event, old) == .blocked(.copied)) }
        let commit = try await old.client.prepare(.updateKeys, in: group)
        // Alice has read both proposals, and reads the commit: its key is another one.
        for event in events + [commit.event] { _ = try await reception(event, alice) }
        #expect(await alice.client.group(group)?.mls.epoch == 2)
    }
}
