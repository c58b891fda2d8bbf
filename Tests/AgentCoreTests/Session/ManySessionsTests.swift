import Marmot
import Nostr
import Testing
import Vocabulary

@testable import AgentCore

@Suite("many sessions in one process", .timeLimit(.minutes(4)))
struct ManySessionsTests {
    /// The commit that lets the peer go from one of the groups is not published before every reply has been seen.
    @Test("a session that publishes slowly, among 50: the others' replies are on time, and its own")
    func slowPublisher() async throws {
        let chosen = Chosen()
        let gate = Gate { chosen.contains($0) }
        var options = TwoSides.Options()
        options.interference = gate
        try await TwoSides.with(options) { sides in
            var groups: [MarmotGroup] = []
            for number in 0..<50 { groups.append(try await sides.group("\(number)", peerIsAdmin: false)) }
            let slow = groups[17]
            chosen.choose(slow)
            var sessions: [AgentSession] = []
            for (number, group) in groups.enumerated() {
                sessions.append(try await sides.session("s\(number)", in: group))
            }
            try await sides.peerPool.publish(
                try await sides.peer.leave(slow.id), within: .seconds(10))
            await gate.holds()
            for (number, group) in groups.enumerated() {
                try await sides.hear("reply \(number)", in: group)
            }
            for (number, session) in sessions.enumerated() {
                try await session.untilHeard(["reply \(number)"])
                #expect(await session.heard == ["reply \(number)"])
            }
            #expect(await sides.client.group(slow.id)?.members.count == 2)
            gate.open()
            try await sessions[17].until { try await $0.group(for: "test").members.count == 1 }
            for session in sessions { await session.close() }
            #expect(await sides.environment.feed.members.isEmpty)
        }
    }
}
