import AgentFakes
import Marmot
import Nostr
import Synchronization
import Testing
import Vocabulary

@testable import AgentCore

@Suite("changes of a group, and what follows from others'", .timeLimit(.minutes(4)))
struct ChangeGroupTests {
    @Test("a change that every relay refuses is dropped: the next one is made without it")
    func refused() async throws {
        try await TwoSides.with { sides in
            let group = try await sides.group()
            let session = try await sides.session(in: group)
            await sides.relays[0].refuse { _ in "blocked: not today" }
            let failure = await #expect(throws: Failure.self) {
                try await session.change(.rename(name: "lost", description: nil), as: "group rename")
            }
            #expect(failure?.message.contains("did not take effect") ?? false)
            #expect(failure?.hints == [])
            #expect(try await session.group(for: "test").pendingCommit == nil)
            await sides.relays[0].refuse(nil)
            let changed = try await session.change(
                .rename(name: "kept", description: nil), as: "group rename")
            #expect(changed.mls.epoch == 2 && changed.data.name == "kept")
            await session.close()
        }
    }

    /// Which relay has it is not known: it goes first, as the same event.
    @Test("a change without an answer stays, and goes out before the next one")
    func unanswered() async throws {
        let silence = Silence()
        var options = TwoSides.Options()
        options.interference = silence
        options.limits.publish = .seconds(2)
        try await TwoSides.with(options) { sides in
            let group = try await sides.group()
            let session = try await sides.session(in: group)
            silence.isOn.withLock { $0 = true }
            let failure = await #expect(throws: Failure.self) {
                try await session.change(.rename(name: "first", description: nil), as: "group rename")
            }
            #expect(failure?.hints.first?.contains("once more") ?? false)
            let pending = try #require(try await session.group(for: "test").pendingCommit)
            silence.isOn.withLock { $0 = false }
            let changed = try await session.change(.rename(name: nil, description: "d"), as: "group rename")
            #expect(changed.mls.epoch == 3 && changed.data.name == "first")
            #expect(await sides.relays[0].stored([Filter(ids: [pending.event.id])]).count == 1)
            await session.close()
        }
    }

    /// Answers nothing while it is on.
    private final class Silence: RelayInterference {
        let isOn = Mutex(false)
        func sending(_ event: Event) -> RelayTreatment { isOn.withLock { $0 } ? .hold : .pass }
        func receiving(_ event: Event) -> RelayTreatment { .pass }
    }

    @Test("a change that another member's overtakes is made again on top of it")
    func overtaken() async throws {
        let chosen = Chosen()
        let gate = Gate { chosen.contains($0) }
        var options = TwoSides.Options()
        options.peerIsLate = 100
        options.interference = gate
        try await TwoSides.with(options) { sides in
            let group = try await sides.group()
            let session = try await sides.session(in: group)
            chosen.choose(group)
            let changing = Task {
                try await session.change(.rename(name: "ours", description: nil), as: "group rename")
            }
            await gate.holds()
            try await sides.peerChanges(.rename(name: "theirs", description: "theirs"), in: group)
            try await session.until { try await $0.group(for: "test").data.name == "theirs" }
            gate.open()
            let changed = try await changing.value
            #expect(changed.mls.epoch == 3)
            #expect(changed.data.name == "ours" && changed.data.description == "theirs")
            await session.close()
        }
    }

    @Test("what many events lead to waits once, not once for each")
    func errands() async throws {
        let chosen = Chosen()
        let gate = Gate { chosen.contains($0) }
        var options = TwoSides.Options()
        options.interference = gate
        try await TwoSides.with(options) { sides in
            let group = try await sides.group(peerIsAdmin: false)
            let session = try await sides.session(in: group)
            chosen.choose(group)
            try await sides.peerPool.publish(try await sides.peer.leave(group.id), within: .seconds(10))
            await gate.holds()
            for number in 0..<10 { try await sides.hear("\(number)", in: group) }
            try await session.untilHeard((0..<10).map { "\($0)" })
            #expect(await session.waitingErrands == [.resendOwed])
            gate.open()
            await session.close()
        }
    }

    @Test("changes asked for at the same time are made one after the other")
    func together() async throws {
        try await TwoSides.with { sides in
            let group = try await sides.group()
            let session = try await sides.session(in: group)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for number in 0..<6 {
                    tasks.addTask {
                        _ = try await session.change(
                            number % 2 == 0 ? .updateKeys : .rename(name: "\(number)", description: nil),
                            as: "test")
                    }
                }
                try await tasks.waitForAll()
            }
            #expect(try await session.group(for: "test").mls.epoch == 7)
            #expect(sides.log.texts(of: "epoch").count == 6)
            await session.close()
        }
    }

    /// The peer's clock is behind: its commit of the same epoch is the earlier one, and counts.
    @Test(
        "a message that a rolled-back commit took along is sent again, once, and replies do not wait for that"
    )
    func owed() async throws {
        let chosen = Chosen()
        let gate = Gate { chosen.contains($0) }
        var options = TwoSides.Options()
        options.peerIsLate = 100
        options.interference = gate
        try await TwoSides.with(options) { sides in
            let group = try await sides.group()
            let session = try await sides.session(in: group)
            _ = try await session.change(.rename(name: "ours", description: nil), as: "group rename")
            _ = try await session.say("taken along")
            chosen.choose(group)
            try await sides.peerChanges(.rename(name: "theirs", description: nil), in: group)
            await gate.holds()
            try await sides.hear("meanwhile", in: group)
            try await session.untilHeard(["meanwhile"])
            gate.open()
            try await sides.peerReads(in: group) {
                if case .message(let rumor, _) = $0 { rumor.content == "taken along" } else { false }
            }
            #expect(try await session.group(for: "test").data.name == "theirs")
            // Another event of the group leads to no second one.
            try await sides.hear("later", in: group)
            try await session.untilHeard(["later"])
            await session.close()
            #expect(await sides.client.group(group.id)?.unsent.isEmpty ?? false)
            let warnings = sides.log.texts(of: "warning")
            #expect(
                warnings.count == 2 && warnings.last?.hasSuffix("`group rename ours`") == true, "\(warnings)")
        }
    }

    @Test("what no relay takes stays owed, and is told as a warning")
    func stillOwed() async throws {
        var options = TwoSides.Options()
        options.peerIsLate = 100
        try await TwoSides.with(options) { sides in
            let group = try await sides.group()
            let session = try await sides.session(in: group)
            _ = try await session.change(.rename(name: "ours", description: nil), as: "group rename")
            _ = try await session.say("taken along")
            let pending = try await sides.peer.prepare(
                .rename(name: "theirs", description: nil), in: group.id)
            let theirs = pending.event.id
            await sides.relays[0].refuse { $0.id == theirs ? nil : "blocked: full" }
            try await sides.peerPool.publish(pending.event, within: .seconds(10))
            await sides.log.until {
                $0.texts(of: "warning").contains { $0.contains("could not be resent yet") }
            }
            #expect(await sides.client.group(group.id)?.unsent.map(\.content) == ["taken along"])
            await sides.relays[0].refuse(nil)
            await session.resendOwed()
            #expect(await sides.client.group(group.id)?.unsent.isEmpty ?? false)
            await session.close()
        }
    }

    @Test("a wish to leave that another member granted first is no failure")
    func grantedByAnother() async throws {
        try await TwoSides.with { sides in
            let group = try await sides.group(peerIsAdmin: false)
            let session = try await sides.session(in: group)
            try await sides.peerPool.publish(try await sides.peer.leave(group.id), within: .seconds(10))
            await session.commitLeaves()
            await session.commitLeaves()
            try await session.until { try await $0.group(for: "test").members.count == 1 }
            await session.close()
            #expect(sides.log.texts(of: "warning").isEmpty)
        }
    }
}
