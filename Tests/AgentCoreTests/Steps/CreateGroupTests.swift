import AgentFakes
import Cryptography
import Marmot
import Nostr
import Testing
import Vocabulary

@testable import AgentCore

@Suite("creating a group", .timeLimit(.minutes(4)))
struct CreateGroupTests {
    private struct NotTaken: Error {}

    /// An agent that we started, and that the peer plays.
    private func withAgent(
        _ body: (TwoSides, AgentSession, FakeProvider) async throws -> Void
    ) async throws {
        try await TwoSides.with { sides in
            let session = try await sides.session()
            let provider = FakeProvider()
            _ = try await session.provision(with: provider, name: nil, keep: false)
            await session.found(sides.offer)
            try await body(sides, session, provider)
            await session.close()
        }
    }

    /// The peer joins by the newest gift wrap.
    private static func join(_ sides: TwoSides, _ name: String) async throws -> MarmotGroup {
        let wraps = try await sides.peerPool.fetch([Filter(kinds: [.giftWrap])], within: .seconds(10))
        for wrap in wraps { _ = try await sides.peer.accept(wrap: wrap) }
        let groups = await sides.peer.groups
        return try #require(groups.first { $0.data.name == name })
    }

    /// The Workers hook can take long, and the agent is in the group before it returns.
    @Test(
        "an agent that changes the group before it is told of it is heard all the same, the second time too")
    func early() async throws {
        try await withAgent { sides, session, provider in
            for name in ["first", "second"] {
                provider.answer {
                    $0.welcome = {
                        let group = try await Self.join(sides, name)
                        try await sides.peerChanges(.updateKeys, in: group)
                        try await sides.hear("early in \(name)", in: group)
                        try await session.untilHeard(["early in \(name)"])
                    }
                }
                let group = try await session.createGroup(name: name)
                #expect(await session.state.groupID == group.id)
                #expect(
                    await Array(sides.environment.feed.members.values) == [[group.nostrGroupIDHex]])
                try await sides.hear("then in \(name)", in: group)
                try await session.untilHeard(["then in \(name)"])
                #expect(try await session.group(for: "test").mls.epoch == 2)
            }
        }
    }

    @Test("one whose Welcome is not taken costs nothing: the group in use stays in use")
    func failing() async throws {
        try await withAgent { sides, session, provider in
            let first = try await session.createGroup(name: "first")
            _ = try await Self.join(sides, "first")
            provider.answer { $0.welcome = { throw NotTaken() } }
            await #expect(throws: NotTaken.self) { try await session.createGroup(name: "second") }
            #expect(await session.state.groupID == first.id)
            try await sides.hear("in the first", in: first)
            try await session.untilHeard(["in the first"])
            _ = try await session.say("likewise")
        }
    }
}

extension AgentSession {
    func found(_ offer: KeyPackageEvent) { state.found(offer) }
}
