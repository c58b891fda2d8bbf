import Cryptography
import MLS
import Marmot
import Nostr
import Testing

@testable import AgentCore

/// The peer's view after its commit; from here on it speaks for itself.
final class SeparatePeer {
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

    /// - Parameter id: the new Nostr id; a random one if nil.
    func rotate(to id: [UInt8]? = nil) async throws {
        let fresh = try id ?? SystemRandom().bytes(32)
        try await commit { data in
            data.nostrGroupID = fresh
            data.name = "moved"
        }
        nostrID = fresh
    }

    func move(to relays: [String]) async throws { try await commit { $0.relays = relays } }

    private func commit(_ change: (inout GroupData) -> Void) async throws {
        var data = try GroupData(from: mls.context.extensions)
        change(&data)
        let commit = try mls.commit(
            inline: [
                .groupContextExtensions(
                    mls.context.extensions.map { $0.type == .marmotGroupData ? data.asExtension : $0 })
            ], now: UInt64(TwoSides.now()), random: SystemRandom())
        try await publish(commit.message.encoded, mls, nostrID)
        mls = commit.group
    }

    func say(_ text: String) async throws {
        let rumor = Rumor(author: key, createdAt: TwoSides.now(), kind: .chatMessage, content: text)
        try await publish(try mls.protect(rumor.json, random: SystemRandom()).encoded, mls, nostrID)
    }

    var id: String { Hex.encode(nostrID) }
}
