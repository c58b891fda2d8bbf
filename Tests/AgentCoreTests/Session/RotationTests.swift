import Cryptography
import MLS
import Marmot
import Nostr
import Testing
import Vocabulary

@testable import AgentCore

/// A commit may give a group a new Nostr id (MIP-01): MDK's peers do, we never.
@Suite("a group whose Nostr id changes", .timeLimit(.minutes(1)))
struct RotationTests {
    /// The peer's view after its commit; from here on it speaks for itself.
    private final class Peer {
        var mls: Group
        var nostrID: [UInt8]
        let group: MarmotGroup
        let key: XOnlyKey
        let pool: RelayPool
        /// Each event a second later than the one before, so that their order is plain.
        private var time = TwoSides.now() - 100

        init(_ sides: TwoSides, _ group: MarmotGroup) async throws {
            self.group = group
            let own = await sides.peer.group(group.id)
            mls = try #require(own).mls
            nostrID = group.data.nostrGroupID
            key = sides.peer.publicKey
            pool = sides.peerPool
        }

        private func publish(_ message: [UInt8], _ epoch: Group, _ id: [UInt8]) async throws {
            time += 1
            let event = try GroupEvent.seal(
                message, for: epoch, nostrGroupID: id, dialect: group.dialect, now: time,
                random: SystemRandom())
            try await pool.publish(event, within: .seconds(10))
        }

        func rotate() async throws {
            let fresh = try SystemRandom().bytes(32)
            let data = try GroupData(
                nostrGroupID: fresh, name: "moved", description: "", admins: group.data.admins,
                relays: group.relays)
            let commit = try mls.commit(
                inline: [
                    .groupContextExtensions(
                        mls.context.extensions.map { $0.type == .marmotGroupData ? data.asExtension : $0 })
                ], now: UInt64(TwoSides.now()), random: SystemRandom())
            try await publish(commit.message.encoded, mls, nostrID)
            mls = commit.group
            nostrID = fresh
        }

        func say(_ text: String) async throws {
            let rumor = Rumor(author: key, createdAt: TwoSides.now(), kind: .chatMessage, content: text)
            try await publish(try mls.protect(rumor.json, random: SystemRandom()).encoded, mls, nostrID)
        }

        var id: String { Hex.encode(nostrID) }
    }

    @Test("is followed while the session listens, and the old id is given up")
    func live() async throws {
        try await TwoSides.with { sides in
            let group = try await sides.group()
            let session = try await sides.session(in: group)
            let peer = try await Peer(sides, group)
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
            let peer = try await Peer(sides, group)
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
