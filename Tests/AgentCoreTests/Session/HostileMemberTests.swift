import Cryptography
import Foundation
import Marmot
import Mocks
import Nostr
import Testing
import Vocabulary

@testable import AgentCore

/// The owner's session and an agent talk in a group with a third member who does not want them to. PIKA_STORM=SECONDS makes it last.
@Suite("A hostile member", .timeLimit(.minutes(20)))
struct HostileMemberTests {
    private func talk(_ number: Int, _ session: AgentSession) async throws {
        _ = try await session.say("question \(number)")
        try await session.until { session in
            await session.transcript.contains { $0.isAgents && $0.text == "echo: question \(number)" }
        }
    }

    @Test("whatever he does, the others go on talking, and it is told")
    func storm() async throws {
        try await TwoSides.with { sides in
            let agentKey = try Secp256k1SecretKey.random(from: SystemRandom())
            let owner = sides.client.publicKey
            let agent = try MockAgent(
                key: agentKey, relays: sides.pool.relays, owner: owner,
                behaviour: MockAgent.Behaviour { ReplyRules() })
            let running = Task { try await agent.run() }
            defer { running.cancel() }
            let offers = await sides.pool.subscribe([
                Filter(authors: [agentKey.publicKey], kinds: [.keyPackage])
            ])
            var invitees = [sides.offer]
            for await delivery in offers.deliveries {
                guard case .event(let event, _) = delivery else { continue }
                invitees.append(try KeyPackageEvent(event, now: TwoSides.now()))
                break
            }
            await sides.pool.cancel(offers)
            let (group, welcomes) = try await sides.client.createGroup(
                inviting: invitees, name: "storm", description: "", relays: sides.pool.relays,
                admins: [owner, sides.peer.publicKey])
            _ = try await sides.peer.accept(wrap: sides.client.wrap(welcomes[0]))
            try await sides.pool.publish(sides.client.wrap(welcomes[1]), within: .seconds(10))
            for welcome in welcomes { try await sides.client.delivered(welcome, of: group.id) }
            let session = AgentSession(name: "main", environment: sides.environment)
            await session.follow(group, agent: agentKey.publicKey)
            try await talk(0, session)

            let hostile = HostileMember(
                try #require(await sides.peer.group(group.id)), key: sides.peer.publicKey,
                pool: sides.peerPool)
            let end =
                ContinuousClock.now
                + .seconds(
                    Int(ProcessInfo.processInfo.environment["PIKA_STORM"] ?? "") ?? 0)
            var round = 0
            repeat {
                for deed in HostileMember.Deed.allCases {
                    round += 1
                    try await hostile.perform(deed)
                    // What is said under an id that the group has given up reaches nobody, in MDK neither.
                    let id = hostile.id
                    try await session.until {
                        await $0.environment.client.group(group.id)?.nostrGroupIDHex == id
                    }
                    try await talk(round, session)
                }
            } while ContinuousClock.now < end
            await session.close()
            #expect(await session.transcript.count { $0.isAgents } == round + 1)
            let texts = sides.log.events.map(\.text)
            // Not one doing passes in silence, and none is told in the others' names.
            for part in ["moved the group", "refused", "epoch"] {
                #expect(texts.contains { $0.contains(part) }, "\(part)")
            }
        }
    }
}

extension AgentSession {
    fileprivate func follow(_ group: MarmotGroup, agent: XOnlyKey) async {
        state.resumed(group: group.id, name: group.data.name)
        await listen(to: group, agent: agent)
    }
}
