import Cryptography
import Marmot
import Nostr
import Synchronization
import Testing
import Vocabulary

@testable import AgentCore

@Suite("group renew", .timeLimit(.minutes(4)))
struct RenewGroupTests {
    /// The peer accepts the newest Welcome for it.
    private func peerJoins(_ sides: TwoSides) async throws -> MarmotGroup {
        let wraps = try await sides.peerPool.fetch(
            [Filter(kinds: [.giftWrap], tags: ["p": [sides.peer.publicKey.hex]])], within: .seconds(10))
        for wrap in wraps { if let group = try await sides.peer.accept(wrap: wrap) { return group } }
        throw CancellationError()
    }

    @Test("gives fresh keys where nothing is wrong, and stays in the group")
    func freshKeys() async throws {
        try await TwoSides.with { sides in
            let group = try await sides.group()
            let session = try await sides.session(in: group)
            let renewed = try await session.renewGroup()
            #expect(renewed.id == group.id && renewed.mls.epoch == group.mls.epoch + 1)
            await session.close()
        }
    }

    @Test("a group that went on without us is replaced by one with the same members")
    func leftBehind() async throws {
        try await TwoSides.with { sides in
            try await sides.publishOffer()
            let (group, other) = (try await sides.group(), try await sides.group("other"))
            let session = try await sides.session(in: group)
            let peer = try await SeparatePeer(sides, group)
            try await peer.rotate(to: other.data.nostrGroupID)
            try await session.until {
                await $0.environment.client.group(group.id)?.obstacle != nil
            }
            do {
                _ = try await session.say("lost")
                Issue.record("it was said")
            } catch {
                let failure = Failure(error)
                #expect(failure.code == .protocolError && failure.message.contains("gone on without us"))
                #expect(failure.hints.contains { $0.contains("group renew") })
            }
            #expect(await session.nextCommand() == "group renew")
            let renewed = try await session.renewGroup()
            #expect(await session.nextCommand() == "say TEXT")
            #expect(renewed.id != group.id && renewed.data.name == "talk" && renewed.mls.epoch == 1)
            #expect(Set(renewed.members) == Set(group.members))
            #expect(try await peerJoins(sides).id == renewed.id)
            try await sides.hear("still here", in: renewed)
            try await session.untilHeard(["still here"])
            _ = try await session.say("so am I")
            // The old one is over, and does not come back.
            let old = try #require(await sides.client.group(group.id))
            #expect(!old.isActive && old.obstacle == .replaced && old.ending == "replaced by another group")
            await session.close()
        }
    }

    @Test("leaves out who is named, and nobody else; who is no member cannot be left out")
    func without() async throws {
        try await TwoSides.with { sides in
            let group = try await sides.group()
            let session = try await sides.session(in: group)
            await #expect(throws: Failure.self) {
                try await session.renewGroup(without: [TwoSides.client().publicKey])
            }
            let renewed = try await session.renewGroup(without: [sides.peer.publicKey])
            #expect(renewed.members == [sides.client.publicKey])
            await session.close()
        }
    }

    @Test("without a key package of a member nothing changes, and the old group stays in use")
    func noKeyPackage() async throws {
        try await TwoSides.with { sides in
            let group = try await sides.group()
            let session = try await sides.session(in: group)
            do {
                _ = try await session.renewGroup(isNew: true)
                Issue.record("renewed")
            } catch let failure as Failure { #expect(failure.code == .notReady) }
            #expect(await sides.client.groups.count == 1)
            _ = try await session.say("goes on")
            await session.close()
        }
    }

    @Test("Welcomes that no relay takes are owed, and the new group is in use all the same")
    func owed() async throws {
        let relay = RefusingWraps()
        var options = TwoSides.Options()
        options.interference = relay
        try await TwoSides.with(options) { sides in
            try await sides.publishOffer()
            let group = try await sides.group()
            let session = try await sides.session(in: group)
            relay.isOn.store(true, ordering: .sequentiallyConsistent)
            await #expect(throws: PublishError.self) { try await session.renewGroup(isNew: true) }
            let new = try #require(await sides.client.groups.first { $0.id != group.id })
            #expect(await session.state.groupID == new.id)
            #expect(await sides.client.groups.filter(\.isActive).map(\.id) == [new.id])
            await session.close()
            relay.isOn.store(false, ordering: .sequentiallyConsistent)
            let later = try await sides.session(in: new)
            #expect(try await peerJoins(sides).id == new.id)
            await later.close()
        }
    }
}

/// Refuses gift wraps while it is on.
private final class RefusingWraps: RelayInterference {
    let isOn = Atomic(false)
    func sending(_ event: Event) async -> RelayTreatment {
        isOn.load(ordering: .sequentiallyConsistent) && event.kind == .giftWrap ? .refuse("no") : .pass
    }
    func receiving(_ event: Event) async -> RelayTreatment { .pass }
}
