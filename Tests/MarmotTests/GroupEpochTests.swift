import Cryptography
import MLS
import Nostr
import TestSupport
import Testing

@testable import Marmot

/// What belongs to one epoch and must not outlive it, or be used twice in it.
@Suite("What an epoch leaves behind")
struct GroupEpochTests: GroupScene {
    let time = SceneTime()

    @Test("of two commits of one second the one with the smaller id counts, whichever comes first")
    func sameSecond() async throws {
        let (alice, bob, carol, group) = try await trio()
        time.pass()
        let commits = try await [
            alice.client.prepare(.rename(name: "a", description: nil), in: group).event,
            bob.client.prepare(.rename(name: "b", description: nil), in: group).event,
        ].sorted { $0.id < $1.id }
        for order in [commits, commits.reversed()] {
            var view = try #require(await carol.client.group(group))
            for commit in order { _ = try view.receive(commit, now: time.now) }
            let winner = commits[0].id == order[0].id ? order[0] : order[1]
            #expect(view.snapshots.first?.winner.id == winner.id && view.mls.epoch == 2)
        }
    }

    @Test("the key of an abandoned commit is not used for the next one")
    func abandoned() async throws {
        let (alice, bob, _, group) = try await trio()
        let view = try #require(await bob.client.group(group))
        func generation(_ event: Nostr.Event) throws -> UInt32? {
            let bytes = try GroupEvent.open(event, for: view.mls, preferring: view.dialect).message
            guard case .privateMessage(let message) = try MLSMessage(decoding: bytes) else { return nil }
            return view.mls.senderData(of: message)?.generation
        }
        for expected: UInt32 in 0..<3 {
            let pending = try await alice.client.prepare(.updateKeys, in: group)
            #expect(try generation(pending.event) == expected)
            try await alice.client.abandon(pending.event.id, in: group)
        }
    }

    @Test("a proposal does not outlive its epoch, for whoever commits and whoever reads")
    func proposals() async throws {
        let (alice, bob, carol, group) = try await trio()
        var state = try #require(await carol.client.group(group))
        let before = state
        let message = try state.mls.propose(.remove(LeafIndex(1)), random: SeededRandom("p"))
        let event = try GroupEvent.seal(
            message.encoded, for: before.mls, nostrGroupID: before.data.nostrGroupID, dialect: .chaCha,
            now: time.now, random: SeededRandom("e"))
        for member in [alice, bob] {
            #expect(try await reception(event, member) == .proposal("remove", from: carol.publicKey))
        }
        let commit = try await change(.updateKeys, by: bob, in: group)
        _ = try await reception(commit, alice)
        for member in [alice, bob] {
            #expect(await member.client.group(group)?.mls.pendingProposals.isEmpty == true)
        }
    }

    @Test("a member who undoes the own removal is told from one who was there")
    func returned() async throws {
        let (alice, bob, carol, group) = try await trio()
        time.pass()
        let early = try await carol.client.prepare(.updateKeys, in: group).event
        let removal = try await change(.remove([carol.publicKey]), by: alice, in: group)
        _ = try await reception(removal, bob)
        for (member, lost) in [(alice, [LostChange.removed(carol.publicKey)]), (bob, [])] {
            #expect(
                try await reception(early, member)
                    == .rolledBack(
                        to: 2, by: carol.publicKey, withheld: 0, lost: lost, returned: true))
        }
    }

    @Test("where the group met is remembered until we move it ourselves")
    func formerRelays() async throws {
        let (alice, bob, _, group) = try await trio()
        let other = try RelayURL("ws://127.0.0.1:2")
        let move = try await change(.relays([other]), by: bob, in: group)
        _ = try await reception(move, alice)
        #expect(await alice.client.group(group)?.formerRelays == relays)
        #expect(await bob.client.group(group)?.formerRelays == [])
        try await change(.rename(name: "x", description: nil), by: alice, in: group)
        #expect(await alice.client.group(group)?.formerRelays == relays)
        try await change(.relays([other, try RelayURL("ws://127.0.0.1:3")]), by: alice, in: group)
        #expect(await alice.client.group(group)?.formerRelays == [])
    }

    @Test("a group that another one has replaced is not brought back by what comes in")
    func replaced() async throws {
        let (alice, bob, _, group) = try await trio()
        time.pass()
        let early = try await bob.client.prepare(.updateKeys, in: group).event
        try await change(.updateKeys, by: alice, in: group)
        try await alice.client.replace(group)
        #expect(try await reception(early, alice) == .duplicate)
        #expect(await alice.client.group(group)?.isActive == false)
        await #expect(throws: MarmotError.mustNotSend(.replaced)) {
            try await alice.client.encrypt("x", in: group)
        }
    }
}
