import AgentFakes
import Mocks
import Synchronization
import Testing
import Vocabulary

@testable import AgentCore

@Suite("what is received is shown at least once", .timeLimit(.minutes(4)))
struct ShownMessagesTests {
    @Test("what the output lost is shown by the next session; what is out is not shown again")
    func lostOutput() async throws {
        try await TwoSides.with { sides in
            let group = try await sides.group()
            let isOut = Mutex(false)
            sides.environment.log.settle(by: {}, shown: { isOut.withLock { $0 } })
            try await sides.hear("one", in: group)
            try await sides.hear("two", in: group)
            for isLast in [false, true] {
                isOut.withLock { $0 = isLast }
                let session = try await sides.session(in: group)
                #expect(await session.heard == ["one", "two"])
                await session.close()
            }
            let session = try await sides.session(in: group)
            #expect(await session.heard.isEmpty)
            try await sides.hear("three", in: group)
            try await session.untilHeard(["three"])
            await session.close()
            #expect(await sides.client.unshown(in: group.id).isEmpty)
        }
    }

    @Test("they come before what is new, and count as replies")
    func order() async throws {
        try await TwoSides.with { sides in
            let group = try await sides.group()
            sides.environment.log.settle(by: {}, shown: { false })
            try await sides.hear("old", in: group)
            let session = try await sides.session(in: group)
            #expect(await session.heard == ["old"])
            await session.close()
            try await sides.hear("new", in: group)
            let next = try await sides.session(in: group)
            try await next.untilHeard(["new"])
            #expect(await next.heard == ["old", "new"])
            let told = sides.log.events.filter { $0.name == "reply" }.map { $0.fields["text"] }
            #expect(told == ["old", "old", "new"].map { .text($0) })
            await next.close()
        }
    }

    @Test("a reader who has stopped holds up nobody")
    func stopped() async throws {
        try await TwoSides.with { sides in
            let group = try await sides.group()
            let (never, continuation) = AsyncStream<Void>.makeStream()
            sides.environment.log.settle(
                by: {},
                shown: {
                    for await _ in never {}
                    return true
                })
            try await sides.hear("unread", in: group)
            let session = try await sides.session(in: group)
            #expect(await session.heard == ["unread"])
            await session.close()
            #expect(await sides.client.unshown(in: group.id).map(\.content) == ["unread"])
            continuation.finish()
        }
    }
}
