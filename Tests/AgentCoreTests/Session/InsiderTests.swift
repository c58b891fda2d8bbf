import Cryptography
import Marmot
import Nostr
import Testing
import Vocabulary

@testable import AgentCore

/// What a member or an admin does to a group must not end the conversation of the others.
@Suite("Insiders", .timeLimit(.minutes(4)))
struct InsiderTests {
    @Test(
        "an admin who moves the group away, or nowhere, moves only himself",
        arguments: [[], ["ws://127.0.0.1:9"], ["ws://127.0.0.1:9", "wss://relay.example"]])
    func movedAway(relays: [String]) async throws {
        try await TwoSides.with { sides in
            let group = try await sides.group()
            let session = try await sides.session(in: group)
            let peer = try await SeparatePeer(sides, group)
            try await peer.move(to: relays)
            try await session.until {
                await $0.environment.client.group(group.id)?.mls.epoch == group.mls.epoch + 1
            }
            _ = try await session.say("still here")
            try await peer.say("so am I")
            try await session.untilHeard(["so am I"])
            await session.close()
            #expect(
                sides.log.texts(of: "warning").filter { $0.contains("moved the group") }.count == 1,
                "\(sides.log.events.map(\.text))")
            // And in a later run.
            let later = try await sides.session(in: group)
            _ = try await later.say("again")
            _ = try await later.change(.rename(name: "x", description: nil), as: "group rename")
            await later.close()
        }
    }

    @Test("a removed member who comes back by a change dated before is told as that, with the way out")
    func returned() throws {
        let (me, member) = (try key(), try key())
        var talk = Conversation(transcriptLimit: 10)
        _ = talk.begin("a", isNew: true)
        for round in 1...2 {
            let effects = talk.received(
                [
                    .success(
                        .rolledBack(
                            to: 2, by: member, withheld: 0, lost: [.removed(member)], returned: true))
                ], in: talk.number, group: nil, now: 0)
            let texts = effects.compactMap { if case .report(let event) = $0 { event.text } else { nil } }
            let npub = KeyText.npub(member)
            #expect(texts.contains { $0.contains(npub) && $0.contains("group renew without=\(npub)") })
            #expect(texts.contains { $0.contains("2 times") } == (round == 2))
        }
        _ = me
    }

    private func key() throws -> XOnlyKey { try Secp256k1SecretKey.random(from: SystemRandom()).publicKey }
}
