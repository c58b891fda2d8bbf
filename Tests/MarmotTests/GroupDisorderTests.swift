import Cryptography
import MLS
import Nostr
import TestSupport
import Testing

@testable import Marmot

/// What a second reviewer's experiments found: events that come in an order nobody planned.
@Suite("Disorder in a group — contracts/marmot.md section 5")
struct GroupDisorderTests: GroupScene {
    let time = SceneTime()

    @Test(
        "a proposal that comes late is there for the better commit that names it, in either order",
        arguments: [true, false])
    func lateProposal(proposalFirst: Bool) async throws {
        let (alice, bob, carol, group) = try await trio()
        time.pass()
        let proposal = try await carol.client.leave(group)
        _ = try await reception(proposal, alice)
        let better = try await change(.commitLeaves, by: alice, in: group)
        _ = try await change(.updateKeys, by: bob, in: group)
        var results: [GroupReception] = []
        for event in proposalFirst ? [proposal, better] : [better, proposal] {
            results += try await bob.client.receive(event).map { try $0.result.get() }
        }
        guard case .rolledBack? = results.last else {
            Issue.record("\(results)")
            return
        }
        #expect(try await isTalking([alice, bob], in: group))
        #expect(try #require(await bob.client.group(group)).members.count == 2)
    }

    @Test("after our removal a better commit of an earlier epoch brings us back")
    func betterThanRemoval() async throws {
        let (alice, bob, carol, group) = try await trio()
        time.pass()
        let better = try await bob.client.prepare(.rename(name: "b", description: nil), in: group).event
        _ = try await bob.client.confirm(better.id, in: group)
        _ = try await reception(try await change(.updateKeys, by: alice, in: group), carol)
        let removal = try await change(.remove([carol.publicKey]), by: alice, in: group)
        guard case .removed? = try await reception(removal, carol) else {
            Issue.record("not removed")
            return
        }
        for member in [alice, carol] {
            guard case .rolledBack? = try await reception(better, member) else {
                Issue.record("not followed")
                return
            }
        }
        #expect(try #require(await carol.client.group(group)).isActive)
        #expect(try await isTalking([alice, bob, carol], in: group))
    }

    @Test("a Welcome of an epoch that stays is owed after a later one was undone")
    func undelivered() async throws {
        let (alice, bob, _, group) = try await trio()
        let dave = try member(TestKeys.make(40))
        let add = try await change(.invite([try await offer(dave)]), by: alice, in: group)
        _ = try await reception(add, bob)
        time.pass()
        let better = try await bob.client.prepare(.rename(name: "b", description: nil), in: group).event
        _ = try await bob.client.confirm(better.id, in: group)
        _ = try await change(.updateKeys, by: alice, in: group)
        _ = try await reception(better, alice)
        let welcome = try #require(await alice.client.undeliveredWelcomes(of: group).first)
        #expect(try await dave.client.accept(wrap: alice.client.wrap(welcome))?.id == group)
        _ = try await reception(better, dave)
        #expect(try await isTalking([alice, bob, dave], in: group))
    }

    @Test("a Welcome of an undone epoch is not owed any more")
    func undeliveredUndone() async throws {
        let (alice, bob, _, group) = try await trio()
        let dave = try member(TestKeys.make(40))
        let offered = try await offer(dave)
        time.pass()
        let better = try await bob.client.prepare(.rename(name: "b", description: nil), in: group).event
        _ = try await bob.client.confirm(better.id, in: group)
        _ = try await change(.invite([offered]), by: alice, in: group)
        #expect(await alice.client.undeliveredWelcomes(of: group).count == 1)
        _ = try await reception(better, alice)
        #expect(await alice.client.undeliveredWelcomes(of: group).isEmpty)
    }

    @Test("an admin's SelfRemove is refused and stands in nobody's way")
    func adminLeaves() async throws {
        let (alice, bob, carol, group) = try await trio()
        time.pass()
        var state = try #require(await bob.client.group(group))
        let bytes = try state.mls.proposePublicly(.selfRemove).encoded
        let event = try GroupEvent.seal(
            bytes, for: state.mls, nostrGroupID: state.data.nostrGroupID, dialect: state.dialect,
            now: time.now, random: SeededRandom("x"))
        await #expect(throws: MarmotError.self) { try await self.reception(event, alice) }
        _ = try await reception(try await carol.client.leave(group), alice)
        let commit = try await change(.commitLeaves, by: alice, in: group)
        #expect(try #require(await alice.client.group(group)).members.count == 2)
        _ = commit
    }

    @Test("who leaves in two ways is let go once")
    func leavesTwice() async throws {
        let (alice, _, carol, group) = try await trio()
        time.pass()
        var state = try #require(await carol.client.group(group))
        for proposal in [Proposal.selfRemove, .remove(state.mls.ownLeaf)] {
            let bytes = try state.mls.propose(proposal, random: SeededRandom("p")).encoded
            let event = try GroupEvent.seal(
                bytes, for: state.mls, nostrGroupID: state.data.nostrGroupID, dialect: state.dialect,
                now: time.now, random: SeededRandom("\(proposal)"))
            guard case .proposal? = try await reception(event, alice) else {
                Issue.record("not kept")
                return
            }
        }
        try await change(.commitLeaves, by: alice, in: group)
        #expect(try #require(await alice.client.group(group)).members.count == 2)
    }

    @Test("a Welcome before the removal that it follows is taken after it")
    func earlyWelcome() async throws {
        let (alice, _, carol, group) = try await trio()
        let removal = try await change(.remove([carol.publicKey]), by: alice, in: group)
        _ = try await change(.invite([try await offer(carol)]), by: alice, in: group)
        let welcome = try #require(await alice.client.undeliveredWelcomes(of: group).first)
        let wrap = try alice.client.wrap(welcome)
        #expect(try await carol.client.accept(wrap: wrap) == nil)
        _ = try await reception(removal, carol)
        #expect(try await carol.client.accept(wrap: wrap)?.isActive == true)
        #expect(try await isTalking([alice, carol], in: group))
    }

    @Test("what a confirmed commit frees may free more")
    func freedByConfirmation() async throws {
        let (alice, bob, carol, group) = try await trio()
        time.pass()
        let own = try await alice.client.prepare(.updateKeys, in: group).event
        for member in [bob, carol] { _ = try await reception(own, member) }
        let second = try await change(.rename(name: "z", description: nil), by: bob, in: group)
        _ = try await reception(second, carol)
        time.pass(-1)
        let (message, _) = try await carol.client.encrypt("hello", in: group)
        time.pass(2)
        for event in [message, second] {
            #expect(try await reception(event, alice) == .waiting)
        }
        let (outcome, freed) = try await alice.client.confirm(own.id, in: group)
        #expect(outcome == .inForce)
        let isRead = freed.contains { if case .success(.message) = $0.result { true } else { false } }
        #expect(isRead, "\(freed.map(\.result))")
        #expect(try #require(await alice.client.group(group)).inbox.waiting.isEmpty)
    }

    @Test("strangers cannot push a waiting commit out, whatever date their events claim")
    func flood() async throws {
        let (alice, bob, carol, group) = try await trio()
        let one = try await change(.updateKeys, by: alice, in: group)
        _ = try await reception(one, bob)
        let two = try await change(.updateKeys, by: bob, in: group)
        #expect(try await reception(two, carol) == .waiting)
        let name = try #require(await carol.client.group(group)).nostrGroupIDHex
        for number in 0..<260 {
            let key = TestKeys.make(60)
            let junk = try Rumor(
                author: key.publicKey, createdAt: time.now + 200, kind: .groupEvent,
                tags: [Tag("h", name), Tag("encoding", "base64")],
                content: Base64.encode([UInt8](repeating: UInt8(number % 256), count: 40 + number))
            ).signed(by: key, random: SeededRandom("j\(number)"))
            _ = try await carol.client.receive(junk)
        }
        _ = try await carol.client.receive(one)
        #expect(try #require(await carol.client.group(group)).mls.epoch == 3)
    }

    @Test("what was said after an undone removal is not sent to whom it had removed")
    func withheld() async throws {
        let (alice, bob, carol, group) = try await trio()
        time.pass()
        let better = try await bob.client.prepare(.rename(name: "b", description: nil), in: group).event
        _ = try await bob.client.confirm(better.id, in: group)
        _ = try await change(.remove([carol.publicKey]), by: alice, in: group)
        _ = try await alice.client.encrypt("now that she is gone", in: group)
        let bobsKey = bob.publicKey
        #expect(
            try await reception(better, alice)
                == .rolledBack(to: 2, by: bobsKey, withheld: 1, lost: [.removed(carol.publicKey)]))
        #expect(try await alice.client.owedMessages(in: group).isEmpty)
        _ = try await reception(better, carol)
        #expect(try await isTalking([alice, bob, carol], in: group))
    }
}
