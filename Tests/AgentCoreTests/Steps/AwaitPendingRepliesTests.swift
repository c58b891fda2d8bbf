import Vocabulary
import Mocks
import Testing

@testable import AgentCore

@Suite("awaiting pending replies")
struct AwaitPendingRepliesTests {
    private func withSession(_ faults: Faults?, _ body: (AgentSession) async throws -> Void) async throws {
        try await SessionWorld.with(.init(rules: { ReplyRules() }, faults: faults), body)
    }

    @Test("ends with the last reply")
    func replies() async throws {
        try await withSession(nil) { session in
            try await session.awaitPendingReplies(within: .seconds(20))
            for text in ["one", "two"] { _ = try await session.say(text) }
            try await session.awaitPendingReplies(within: .seconds(20))
            #expect(await session.replies(from: 0).map(\.text).sorted() == ["echo: one", "echo: two"])
        }
    }

    @Test("fails in the contract's words when a reply is missing")
    func missing() async throws {
        let faults = Faults()
        await faults.add(FaultRule(.agent, .drop))
        try await withSession(faults) { session in
            _ = try await session.say("hello")
            let failure = await #expect(throws: Failure.self) {
                try await session.awaitPendingReplies(within: .milliseconds(100))
            }
            #expect(failure?.code == .timeout)
            #expect(failure?.message == "timed out waiting for agent relay reply")
            #expect(failure?.hints == ["1 of 1 messages got no answer within 100ms"])
        }
    }

    @Test("an interrupted wait is not a reply")
    func interrupted() async throws {
        let faults = Faults()
        await faults.add(FaultRule(.agent, .drop))
        try await withSession(faults) { session in
            _ = try await session.say("hello")
            let wait = Task { try await session.awaitPendingReplies(within: .seconds(20)) }
            wait.cancel()
            await #expect(throws: CancellationError.self) { try await wait.value }
        }
    }
}
