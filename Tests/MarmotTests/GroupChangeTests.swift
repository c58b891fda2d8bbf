import Cryptography
import MLS
import Nostr
import Synchronization
import TestSupport
import Testing

@testable import Marmot

@Suite("Changes of a group — contracts/marmot.md section 5")
struct GroupChangeTests: GroupScene {
    let time = SceneTime()

    @Test("rename, relays, promote, demote, fresh keys: all members follow and talk")
    func changes() async throws {
        let (alice, bob, carol, group) = try await trio()
        let other = try RelayURL("ws://127.0.0.1:2")
        let steps: [(GroupChange, SceneMember)] = [
            (.rename(name: "new", description: "text"), alice), (.relays([other]), bob),
            (.promote(carol.publicKey), alice), (.updateKeys, carol), (.demote(bob.publicKey), carol),
            (.updateKeys, bob), (.updateKeys, alice),
        ]
        for (step, author) in steps {
            let event = try await change(step, by: author, in: group)
            for receiver in [alice, bob, carol] where receiver.publicKey != author.publicKey {
                guard case .epochChanged(_, author.publicKey)? = try await reception(event, receiver) else {
                    Issue.record("\(step) was not followed")
                    return
                }
            }
            #expect(try await isTalking([alice, bob, carol], in: group), "\(step)")
        }
        for member in [alice, bob, carol] {
            let data = try #require(await member.client.group(group)).data
            #expect(data.name == "new" && data.description == "text" && data.relays == [other.text])
            #expect(Set(data.admins) == [alice.publicKey, carol.publicKey])
        }
    }

    @Test("invite and remove; who is removed notices, and an admin who is removed is no admin any more")
    func membership() async throws {
        let (alice, bob, carol, group) = try await trio()
        let dave = try member(TestKeys.make(40))
        let event = try await change(.invite([try await offer(dave)]), by: alice, in: group)
        for receiver in [bob, carol] { _ = try await reception(event, receiver) }
        let welcome = try #require(await alice.client.undeliveredWelcomes(of: group).first)
        #expect(try await dave.client.accept(wrap: alice.client.wrap(welcome))?.id == group)
        try await alice.client.delivered(welcome, of: group)
        #expect(await alice.client.undeliveredWelcomes(of: group).isEmpty)
        #expect(try await isTalking([alice, bob, carol, dave], in: group))

        let removal = try await change(.remove([bob.publicKey]), by: alice, in: group)
        for receiver in [carol, dave] { _ = try await reception(removal, receiver) }
        #expect(try await reception(removal, bob) == .removed(by: alice.publicKey))
        #expect(try #require(await bob.client.group(group)).isActive == false)
        #expect(try #require(await carol.client.group(group)).data.admins == [alice.publicKey])
        #expect(try await isTalking([alice, carol, dave], in: group))
        await #expect(throws: MarmotError.inactive) { try await bob.client.encrypt("x", in: group) }
    }

    @Test("rules: who may do what, and what makes no sense")
    func refused() async throws {
        let (alice, bob, carol, group) = try await trio()
        let stranger = TestKeys.make(41).publicKey
        let wrong: [(GroupChange, SceneMember, String)] = [
            (.rename(name: "x", description: nil), carol, "only an admin"),
            (.remove([alice.publicKey]), carol, "only an admin"),
            (.remove([alice.publicKey]), alice, "group leave"),
            (.remove([stranger]), alice, "is not a member"), (.remove([]), alice, "no account was given"),
            (.invite([try await offer(bob)]), alice, "already a member"),
            (.promote(stranger), alice, "only a member"),
            (.promote(bob.publicKey), alice, "already an admin"),
            (.demote(carol.publicKey), alice, "not an admin"),
            (.relays([]), alice, "at least one relay"), (.commitLeaves, alice, "nobody has asked"),
            (.rename(name: String(repeating: "x", count: 256), description: nil), alice, "255"),
        ]
        for (change, author, part) in wrong {
            do {
                _ = try await author.client.prepare(change, in: group)
                Issue.record("accepted: \(change)")
            } catch { #expect("\(error)".contains(part), "\(error)") }
        }
        // The last admin cannot step down.
        let event = try await change(.demote(bob.publicKey), by: alice, in: group)
        _ = try await reception(event, bob)
        _ = try await reception(event, carol)
        await #expect(throws: MarmotError.self) {
            try await alice.client.prepare(.demote(alice.publicKey), in: group)
        }
        // One change at a time.
        _ = try await alice.client.prepare(.updateKeys, in: group)
        await #expect(throws: MarmotError.self) { try await alice.client.prepare(.updateKeys, in: group) }
    }

    @Test("leaving: proposed by the member, put into force by another")
    func leave() async throws {
        let (alice, bob, carol, group) = try await trio()
        await #expect(throws: MarmotError.self) { try await alice.client.leave(group) }
        let proposal = try await carol.client.leave(group)
        for receiver in [alice, bob] {
            guard case .proposal(_, carol.publicKey)? = try await reception(proposal, receiver) else {
                Issue.record("the proposal was not taken")
                return
            }
        }
        let commit = try await change(.commitLeaves, by: bob, in: group)
        guard case .epochChanged? = try await reception(commit, alice) else {
            Issue.record("not followed")
            return
        }
        #expect(try await reception(commit, carol) == .removed(by: bob.publicKey))
        #expect(try await isTalking([alice, bob], in: group))
    }

    @Test("messages while a commit is on its way stay readable", arguments: [false, true])
    func pending(restarts: Bool) async throws {
        var (alice, bob, carol, group) = try await trio()
        let pending = try await alice.client.prepare(.updateKeys, in: group)
        let (before, _) = try await bob.client.encrypt("meanwhile", in: group)
        guard case .message? = try await reception(before, alice) else {
            Issue.record("not read")
            return
        }
        let (own, _) = try await alice.client.encrypt("ours, meanwhile", in: group)
        if restarts { try restart(&alice) }
        #expect(await alice.client.group(group)?.pendingCommit?.event == pending.event)
        _ = try await alice.client.confirm(pending.event.id, in: group)
        if restarts { try restart(&alice) }
        let (late, _) = try await bob.client.encrypt("late", in: group)
        guard case .message? = try await reception(late, alice) else {
            Issue.record("the late message was not read")
            return
        }
        guard case .duplicate? = try await reception(before, alice) else {
            Issue.record("read twice")
            return
        }
        for receiver in [bob, carol] {
            _ = try await reception(pending.event, receiver)
            guard case .message? = try await reception(own, receiver) else {
                Issue.record("our message of the old epoch was not read")
                return
            }
        }
        #expect(try await isTalking([alice, bob, carol], in: group))
    }

    @Test("an abandoned commit leaves the group as it was; its echo still puts it into force")
    func abandoned() async throws {
        let (alice, bob, carol, group) = try await trio()
        let lost = try await alice.client.prepare(.updateKeys, in: group)
        try await alice.client.abandon(lost.event.id, in: group)
        #expect(try await isTalking([alice, bob, carol], in: group))
        let pending = try await alice.client.prepare(.updateKeys, in: group)
        _ = try await reception(pending.event, bob)
        _ = try await reception(pending.event, carol)
        // No OK was seen, but a relay sends it back.
        guard case .epochChanged(_, alice.publicKey)? = try await reception(pending.event, alice) else {
            Issue.record("the echo was not taken")
            return
        }
        #expect(try await isTalking([alice, bob, carol], in: group))
    }

    /// Everybody sees both commits, in either order, with and without a restart between them: all end with the earlier one.
    @Test(
        "simultaneous commits: the earlier one counts for everybody, our own included",
        arguments: [false, true], [false, true])
    func race(winnerFirst: Bool, restarts: Bool) async throws {
        var (alice, bob, carol, group) = try await trio()
        let first = try await alice.client.prepare(.rename(name: "alice", description: nil), in: group)
        time.pass()
        let second = try await bob.client.prepare(.rename(name: "bob", description: nil), in: group)
        // Both got an OK before either saw the other's.
        #expect(try await alice.client.confirm(first.event.id, in: group).0 == .inForce)
        #expect(try await bob.client.confirm(second.event.id, in: group).0 == .inForce)
        if restarts {
            try restart(&alice)
            try restart(&bob)
        }
        let order = winnerFirst ? [first.event, second.event] : [second.event, first.event]
        for event in order {
            for receiver in [alice, bob, carol] { _ = try await receiver.client.receive(event) }
            if restarts { try restart(&carol) }
        }
        for member in [alice, bob, carol] {
            #expect(await member.client.group(group)?.data.name == "alice", "\(member.publicKey)")
        }
        #expect(try await isTalking([alice, bob, carol], in: group))
        // The same again changes nothing.
        for event in order {
            for receiver in [alice, bob, carol] {
                #expect(try await reception(event, receiver) == .duplicate)
            }
        }
    }

    @Test("what was said in an undone epoch is said again, and read once by everybody")
    func saidAgain() async throws {
        let (alice, bob, carol, group) = try await trio()
        let first = try await alice.client.prepare(.updateKeys, in: group)
        time.pass()
        let second = try await bob.client.prepare(.updateKeys, in: group)
        _ = try await bob.client.confirm(second.event.id, in: group)
        let (lost, _) = try await bob.client.encrypt("precious", in: group)
        // Carol follows Bob first and reads it; Alice never can.
        _ = try await carol.client.receive(second.event)
        guard case .message? = try await reception(lost, carol) else {
            Issue.record("not read")
            return
        }
        _ = try await alice.client.confirm(first.event.id, in: group)
        #expect(try await reception(second.event, alice) == .duplicate)
        #expect(try await reception(lost, alice) == .waiting)
        for member in [bob, carol] {
            guard case .rolledBack? = try await reception(first.event, member) else {
                Issue.record("not rolled back")
                return
            }
        }
        let owed = try await bob.client.owedMessages(in: group)
        let again = owed.map(\.event)
        for message in owed { try await bob.client.deliveredOwed(message.rumor, in: group) }
        #expect(again.count == 1)
        #expect(try await bob.client.owedMessages(in: group).isEmpty)
        let event = try #require(again.first)
        guard case .message(let rumor, bob.publicKey)? = try await reception(event, alice) else {
            Issue.record("Alice cannot read it")
            return
        }
        #expect(rumor.content == "precious")
        #expect(try await reception(event, carol) == .duplicate)
        #expect(try await isTalking([alice, bob, carol], in: group))
    }

    @Test("a rollback tells what commits of ours had done, as far as it is not so all the same")
    func lostChanges() async throws {
        let (alice, bob, carol, group) = try await trio()
        let better = try await bob.client.prepare(.rename(name: "b", description: "same"), in: group)
        time.pass()
        let other = try RelayURL("ws://127.0.0.1:2")
        for own: GroupChange in [
            .rename(name: "a", description: "same"), .relays([other]), .updateKeys,
            .demote(bob.publicKey), .remove([carol.publicKey]),
        ] {
            _ = try await change(own, by: alice, in: group)
        }
        #expect(
            try await reception(better.event, alice)
                == .rolledBack(
                    to: 2, by: bob.publicKey, withheld: 0,
                    lost: [
                        .renamed("a"), .movedTo(relays: [other.text]), .demoted(bob.publicKey),
                        .removed(carol.publicKey),
                    ]))
    }

    @Test("a pending change tells what it does")
    func pendingChanges() async throws {
        let (alice, bob, _, group) = try await trio()
        _ = try await alice.client.prepare(.demote(bob.publicKey), in: group)
        let state = try #require(await alice.client.group(group))
        #expect(state.pendingChanges == [.demoted(bob.publicKey)])
        #expect(state.missing(state.pendingChanges + [.renamed(state.data.name)]) == state.pendingChanges)
    }

    @Test("a better commit five epochs back is found, six back is not")
    func depth() async throws {
        for depth in [5, 6] {
            let (alice, bob, carol, group) = try await trio()
            let better = try await bob.client.prepare(.rename(name: "better", description: nil), in: group)
            time.pass()
            var events: [Event] = []
            for number in 0..<depth {
                events.append(
                    try await change(.rename(name: "\(number)", description: nil), by: alice, in: group))
            }
            for event in events { _ = try await carol.client.receive(event) }
            let received = try await reception(better.event, carol)
            if depth == 5 {
                #expect(received == .rolledBack(to: 2, by: bob.publicKey, withheld: 0))
                #expect(await carol.client.group(group)?.data.name == "better")
            } else {
                // Its epoch's secrets are gone: it is like any event that nothing opens.
                #expect(received == .waiting)
                #expect(await carol.client.group(group)?.data.name == "5")
            }
        }
    }

    @Test("a commit that overtook its predecessor waits, and a removal can be undone by a better commit")
    func disorder() async throws {
        let (alice, bob, carol, group) = try await trio()
        let one = try await change(.updateKeys, by: alice, in: group)
        let two = try await change(.rename(name: "two", description: nil), by: alice, in: group)
        #expect(try await reception(two, carol) == .waiting)
        let received = try await carol.client.receive(one)
        #expect(received.count == 2 && received.allSatisfy { (try? $0.result.get()) != nil })
        #expect(await carol.client.group(group)?.data.name == "two")
        for event in [one, two] { _ = try await bob.client.receive(event) }

        let better = try await bob.client.prepare(.rename(name: "stay", description: nil), in: group)
        time.pass()
        let removal = try await alice.client.prepare(.remove([carol.publicKey]), in: group)
        #expect(try await reception(removal.event, carol) == .removed(by: alice.publicKey))
        guard case .rolledBack(_, bob.publicKey, _, _, _)? = try await reception(better.event, carol) else {
            Issue.record("the removal stays")
            return
        }
        #expect(try #require(await carol.client.group(group)).isActive)
        // Alice never had an OK for hers: Bob's comes in force, and hers is lost when the OK comes late.
        _ = try await alice.client.receive(better.event)
        #expect(try await alice.client.confirm(removal.event.id, in: group).0 == .overtaken)
        _ = try await bob.client.confirm(better.event.id, in: group)
        #expect(try await isTalking([alice, bob, carol], in: group))
    }

    @Test("a commit in a new, earlier wrapper changes nothing (replay wedge)")
    func rewrapped() async throws {
        let (alice, bob, carol, group) = try await trio()
        let event = try await change(.updateKeys, by: alice, in: group)
        for receiver in [bob, carol] { _ = try await receiver.client.receive(event) }
        var rumor = event.rumor
        rumor.author = TestKeys.make(50).publicKey
        rumor.createdAt -= 100
        let rewrapped = try rumor.signed(by: TestKeys.make(50), random: SeededRandom("wedge"))
        for member in [alice, bob, carol] { #expect(try await reception(rewrapped, member) == .duplicate) }
        #expect(try await isTalking([alice, bob, carol], in: group))
    }

    @Test("a group stored in format 1, without pending commit and snapshots, is read")
    func formatOne() async throws {
        let (alice, _, _, group) = try await trio()
        let stored = try #require(await alice.client.group(group))
        // Five absent or empty members at the end came with format 2, one with format 3, and three with format 4.
        let old = try MarmotGroup(decoding: Array(stored.encoded.dropLast(9)))
        #expect(old == stored)
    }
}
