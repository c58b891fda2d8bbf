import Vocabulary
import Marmot
import Mocks
import Testing

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
}
