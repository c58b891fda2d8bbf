import Marmot
import Mocks
import Nostr
import Testing
import Vocabulary

@testable import AgentCore

@Suite("a Welcome that is still owed", .timeLimit(.minutes(4)))
struct OwedWelcomeTests {
    /// Gift wraps that the relay has.
    private func wraps(_ sides: TwoSides) async -> Int {
        await sides.relays[0].stored([Filter(kinds: [.giftWrap])]).count
    }

    /// A third one is invited, and the relay takes no Welcome.
    private func withRefusedWelcome(
        _ body: (TwoSides, AgentSession, MarmotGroup, MarmotClient) async throws -> Void
    ) async throws {
        try await TwoSides.with { sides in
            let group = try await sides.group()
            let third = try TwoSides.client()
            for event in try await third.makeKeyPackage(relays: sides.pool.relays) {
                try await sides.peerPool.publish(event, within: .seconds(10))
            }
            await sides.relays[0].refuse { $0.kind == .giftWrap ? "blocked: no" : nil }
            let session = try await sides.session(in: group)
            await #expect(throws: PublishError.self) {
                try await session.invite([third.publicKey], as: "group invite")
            }
            try await body(sides, session, group, third)
            await session.close()
        }
    }

    @Test("goes out with the next change, and in the next run only what is left")
    func owed() async throws {
        try await withRefusedWelcome { sides, session, group, third in
            #expect(await sides.client.undeliveredWelcomes(of: group.id).map(\.receiver) == [third.publicKey])
            await sides.relays[0].refuse(nil)
            _ = try await session.change(.rename(name: "n", description: nil), as: "group rename")
            #expect(await wraps(sides) == 1)
            await session.close()
            let next = try await sides.session("next", in: group)
            await next.close()
            #expect(await wraps(sides) == 1)
        }
    }

    @Test("is dropped when whom it is to was removed: neither a change nor the next run sends it")
    func removed() async throws {
        try await withRefusedWelcome { sides, session, group, third in
            _ = try await session.change(.remove([third.publicKey]), as: "group remove")
            await sides.relays[0].refuse(nil)
            _ = try await session.change(.rename(name: "n", description: nil), as: "group rename")
            #expect(await wraps(sides) == 0)
            await session.close()
            let next = try await sides.session("next", in: group)
            #expect(try await next.group(for: "test").members.count == 2)
            await next.close()
            #expect(await wraps(sides) == 0)
            #expect(sides.log.texts(of: "welcome.sent").isEmpty, "\(sides.log.texts(of: "welcome.sent"))")
        }
    }
}
