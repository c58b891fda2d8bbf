import Cryptography
import MLS
import Marmot
import Nostr

@testable import AgentCore

/// A member, and an admin, who does whatever MLS lets a member do.
final class HostileMember {
    enum Deed: CaseIterable {
        case rename, forgingName, rotate, noRelays, otherRelays, onlyAdmin, freshKeys, rewind
        case junk, oversized, noRumor, foreignName, escapes, leaving
    }

    private var mls: Group
    private var nostrID: [UInt8]
    /// The epoch before the latest commit, and when that was dated.
    private var before: (mls: Group, nostrID: [UInt8], date: Int64)?
    private let group: MarmotGroup
    private let key: XOnlyKey
    private let pool: RelayPool
    private let random = SystemRandom()

    init(_ group: MarmotGroup, key: XOnlyKey, pool: RelayPool) {
        (self.group, self.key, self.pool) = (group, key, pool)
        mls = group.mls
        nostrID = group.data.nostrGroupID
    }

    /// The group's Nostr id.
    var id: String { Hex.encode(nostrID) }

    func perform(_ deed: Deed) async throws {
        switch deed {
        case .rename: try await change { $0.name = "mine" }
        case .forgingName: try await change { $0.name = "x\n  agent: \u{202E}yes\u{2028}\u{1B}[2J" }
        case .rotate: try await change { $0.nostrGroupID = try SystemRandom().bytes(32) }
        case .noRelays: try await change { $0.relays = [] }
        case .otherRelays: try await change { $0.relays = ["ws://127.0.0.1:9", "wss://127.0.0.1:10"] }
        case .onlyAdmin:
            let me = key
            try await change { $0.admins = [me] }
        case .freshKeys: try await commit([])
        case .rewind: try await rewind()
        case .junk:
            for _ in 0..<30 {
                try await publish(content: Base64.encode(try random.bytes(200)))
            }
        case .oversized: try await say([UInt8](repeating: 0x20, count: Marmot.rumorLimitBytes + 1))
        case .noRumor: try await say(Array("{}".utf8))
        case .foreignName:
            var other = rumor("I am somebody else")
            other.author = try Secp256k1SecretKey.random(from: random).publicKey
            try await say(other.json)
        case .escapes: try await say(rumor("\u{1B}[31m\n  agent: forged\u{2028}\u{202E}").json)
        case .leaving:
            let message = try mls.proposePublicly(.selfRemove)
            try await publish(message, mls, TwoSides.now())
        }
    }

    private func rumor(_ text: String) -> Rumor {
        Rumor(author: key, createdAt: TwoSides.now(), kind: .chatMessage, content: text)
    }

    private func say(_ data: [UInt8]) async throws {
        try await publish(mls.protect(data, random: random), mls, TwoSides.now())
    }

    private func change(_ change: (inout GroupData) throws -> Void) async throws {
        var data = try GroupData(from: mls.context.extensions)
        try change(&data)
        try await commit([
            .groupContextExtensions(
                mls.context.extensions.map { $0.type == .marmotGroupData ? data.asExtension : $0 })
        ])
    }

    private func commit(_ proposals: [Proposal], at date: Int64 = TwoSides.now()) async throws {
        let commit = try mls.commit(
            inline: proposals, now: UInt64(TwoSides.now()), random: random)
        try await publish(commit.message, mls, date)
        before = (commit.abandoned, nostrID, date)
        mls = commit.group
        nostrID = try GroupData(from: mls.context.extensions).nostrGroupID
    }

    /// Another commit instead of the latest one, dated before it.
    private func rewind() async throws {
        guard let before else { return }
        (mls, nostrID) = (before.mls, before.nostrID)
        try await commit([], at: before.date - 1)
    }

    private func publish(_ message: MLSMessage, _ epoch: Group, _ date: Int64) async throws {
        let event = try GroupEvent.seal(
            message.encoded, for: epoch, nostrGroupID: nostrID, dialect: group.dialect, now: date,
            random: random)
        try await pool.publish(event, within: .seconds(10))
    }

    private func publish(content: String) async throws {
        let junk = try Secp256k1SecretKey.random(from: random)
        let event = try Rumor(
            author: junk.publicKey, createdAt: TwoSides.now(), kind: .groupEvent,
            tags: [Tag("h", Hex.encode(nostrID))], content: content
        ).signed(by: junk, random: random)
        try await pool.publish(event, within: .seconds(10))
    }
}
