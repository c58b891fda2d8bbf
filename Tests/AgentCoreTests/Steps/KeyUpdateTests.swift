import Marmot
import Mocks
import TestSupport
import Testing
import Vocabulary

@testable import AgentCore

@Suite("fresh keys after joining")
struct KeyUpdateTests {
    @Test("the agent renews its keys; the talk goes on in the next epoch")
    func afterJoining() async throws {
        var behaviour = MockAgent.Behaviour(rules: { ReplyRules() })
        behaviour.keyUpdates = .immediately
        try await SessionWorld.with(behaviour) { session in
            for await _ in await session.activity() {
                if try await session.group(for: "test").mls.epoch == 2 { break }
            }
            _ = try await session.say("hello")
            try await session.awaitPendingReplies(within: .seconds(20))
            let group = try await session.group(for: "test")
            #expect(group.mls.epoch == 2 && group.members.count == 2)
        }
    }

    /// The peer invites us: our leaf is that of a key package, and due for renewal a while after joining.
    private func joined(_ sides: TwoSides, _ name: String) async throws -> MarmotGroup {
        let offer = try KeyPackageEvent(
            try await sides.client.makeKeyPackage(relays: sides.pool.relays)[0], now: TwoSides.now())
        let (_, welcomes) = try await sides.peer.createGroup(
            inviting: [offer], name: name, description: "", relays: sides.pool.relays,
            admins: [sides.peer.publicKey])
        return try #require(try await sides.client.accept(wrap: sides.peer.wrap(welcomes[0])))
    }

    @Test(
        "we renew ours when they are due, and only in the group that the session is in",
        .timeLimit(.minutes(4)))
    func whenDue() async throws {
        let clock = ManualClock()
        var options = TwoSides.Options()
        options.clock = clock
        try await TwoSides.with(options) { sides in
            let (one, other) = (try await joined(sides, "one"), try await joined(sides, "other"))
            let session = AgentSession(name: "main", environment: sides.environment)
            await session.use(one)
            try await session.catchUp(for: "test")
            // Left over from another group.
            let stale = Task { await session.updateKeysWhenDue(in: other.id) }
            await clock.pauses(2, of: .seconds(2), orUpTo: .seconds(62))
            clock.advance(by: .seconds(100))
            await stale.value
            try await session.until { try await $0.group(for: "test").mls.epoch == 2 }
            #expect(await sides.client.group(other.id)?.mls.epoch == 1)
            #expect(sides.log.texts(of: "epoch").count == 1)
            await session.close()
        }
    }
}
