import Cryptography
import Nostr
import TestSupport
import Testing

@testable import Marmot

@Suite("Welcomes that no relay has taken yet")
struct OwedWelcomeTests: GroupScene {
    let time = SceneTime()

    @Test("one to somebody who was removed meanwhile is not owed any more, and the others' are")
    func removed() async throws {
        let (alice, _, _, group) = try await trio()
        let (dave, erin) = (try member(TestKeys.make(40)), try member(TestKeys.make(41)))
        for invited in [dave, erin] {
            _ = try await change(.invite([try await offer(invited)]), by: alice, in: group)
        }
        #expect(
            await Set(alice.client.undeliveredWelcomes(of: group).map(\.receiver)) == [
                dave.publicKey, erin.publicKey,
            ])
        _ = try await change(.remove([dave.publicKey]), by: alice, in: group)
        #expect(await alice.client.undeliveredWelcomes(of: group).map(\.receiver) == [erin.publicKey])
    }

    @Test("what a relay has taken is not owed, and the same Welcome to another account is")
    func delivered() async throws {
        let (alice, _, _, group) = try await trio()
        let (dave, erin) = (try member(TestKeys.make(40)), try member(TestKeys.make(41)))
        _ = try await change(
            .invite([try await offer(dave), try await offer(erin)]), by: alice, in: group)
        let welcome = try #require(
            await alice.client.undeliveredWelcomes(of: group).first { $0.receiver == dave.publicKey })
        try await alice.client.delivered(welcome, of: group)
        #expect(await alice.client.undeliveredWelcomes(of: group).map(\.receiver) == [erin.publicKey])
    }
}
