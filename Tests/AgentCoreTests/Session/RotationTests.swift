import Cryptography
import MLS
import Marmot
import Nostr
import Testing
import Vocabulary

@testable import AgentCore

/// A commit may give a group a new Nostr id (MIP-01): MDK's peers do, we never.
@Suite("a group whose Nostr id changes", .timeLimit(.minutes(4)))
struct RotationTests {
    @Test("is followed while the session listens, and the old id is given up")
    func live() async throws {
        try await TwoSides.with { sides in
            let group = try await sides.group()
            let session = try await sides.session(in: group)
            let peer = try await SeparatePeer(sides, group)
            for round in 0..<3 {
                try await peer.say("before \(round)")
                try await session.untilHeard(["before \(round)"])
                try await peer.rotate()
                try await peer.say("after \(round)")
                try await session.untilHeard(["after \(round)"])
            }
            #expect(await session.heard.count == 6)
            #expect(await Array(sides.environment.feed.members.values) == [[peer.id]])
            #expect(await sides.environment.feed.listener(to: group.nostrGroupIDHex) == nil)
            #expect(sides.log.names.filter { $0 == "epoch" }.count == 3)
            await session.close()
            #expect(await sides.environment.feed.members.isEmpty)
        }
    }

    @Test("is followed through a backlog, before anything is sent")
    func backlog() async throws {
        try await TwoSides.with { sides in
            let group = try await sides.group()
            let peer = try await SeparatePeer(sides, group)
            for round in 0..<3 {
                try await peer.say("\(round)")
                try await peer.rotate()
            }
            try await peer.say("last")
            let session = try await sides.session(in: group)
            #expect(await session.heard == ["0", "1", "2", "last"])
            #expect(try await session.group(for: "test").nostrGroupIDHex == peer.id)
            _ = try await session.say("here")
            let filter = Filter(kinds: [.groupEvent], tags: ["h": [peer.id]])
            #expect(await sides.relays[0].stored([filter]).count == 2)
            await session.close()
        }
    }
}
