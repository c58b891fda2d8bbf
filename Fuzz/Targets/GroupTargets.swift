import Cryptography
import MLS
import Marmot
import Nostr

/// Forged messages for a live group, from outsiders and from a member.
extension Targets {
    static func group() throws -> [FuzzTarget] {
        let keys = try (1...2).map { try Secp256k1SecretKey(SecretBytes([UInt8](repeating: $0, count: 32))) }
        let relay = try RelayURL("ws://127.0.0.1:1")
        var (alice, bob) = (Account(key: keys[0]), Account(key: keys[1]))
        let offered = try bob.makeKeyPackage(relays: [relay], now: now, random: random)
        let offer = try KeyPackageEvent(offered[0], now: now)
        let invited = bob
        let created = try alice.createGroup(
            inviting: [offer], name: "g", description: "", relays: [relay], admins: [keys[0].publicKey],
            now: now, random: random)
        let welcome = created.welcomes[0].rumor
        guard let joined = try bob.join(welcome, now: now) else { fatalError("joining the group failed") }
        var sender = created.group.mls
        let plain = try sender.protect(Array("x".utf8), random: random).encoded
        let update = try created.group.mls.commit(now: UInt64(now), random: random).message.encoded
        let insider = created.group.mls
        return [
            FuzzTarget("live-group", seeds: [plain, update]) { bytes in
                var view = joined.mls
                _ = try view.process(MLSMessage(decoding: bytes), now: UInt64(now))
            },
            FuzzTarget("insider-proposal", seeds: insiderProposals(created.group)) { bytes in
                var (from, to) = (insider, joined.mls)
                let message = try from.propose(Proposal(decoding: bytes), random: random)
                _ = try to.process(message, now: UInt64(now))
                let commit = try to.commit(
                    references: to.pendingProposals.map(\.reference), now: UInt64(now), random: random)
                _ = try from.process(commit.message, now: UInt64(now))
            },
            FuzzTarget("welcome", seeds: [Base64.decode(welcome.content) ?? []]) { bytes in
                var account = invited
                _ = try account.join(
                    Rumor(
                        author: welcome.author, createdAt: now, kind: welcome.kind, tags: welcome.tags,
                        content: Base64.encode(bytes)), now: now)
            },
            FuzzTarget("key-package-event", seeds: [Base64.decode(offered[0].content) ?? []]) { bytes in
                let rumor = Rumor(
                    author: keys[1].publicKey, createdAt: now, kind: offered[0].kind, tags: offered[0].tags,
                    content: Base64.encode(bytes))
                _ = try KeyPackageEvent(try rumor.signed(by: keys[1], random: random), now: now)
            },
        ] + (try storedGroups(created.group, keys[0]))
    }

    private static func insiderProposals(_ group: MarmotGroup) -> [[UInt8]] {
        let proposals: [Proposal] = [
            .remove(LeafIndex(1)), .selfRemove, .groupContextExtensions(group.mls.context.extensions),
            .externalInit(kemOutput: [1]),
        ]
        return proposals.map(\.encoded) + group.mls.members.map { Proposal.update($0.leaf).encoded }
    }

    private static func storedGroups(_ created: MarmotGroup, _ key: Secp256k1SecretKey) throws -> [FuzzTarget]
    {
        var group = created
        try group.prepare(.updateKeys, by: key.publicKey, now: now, random: random)
        let pending = group
        if let id = pending.pendingCommit?.event.id { _ = try group.confirmCommit(id) }
        let rumor = Rumor(author: key.publicKey, createdAt: now, kind: .chatMessage, content: "x")
        let record = GroupRecord.message(try group.encrypt(rumor, now: now, random: random).record)
        let shown = GroupRecord.shown([rumor.id])
        return [
            FuzzTarget("marmot-group-state", seeds: [pending.encoded, group.encoded]) { bytes in
                var group = try MarmotGroup(decoding: bytes)
                _ = try group.encrypt(rumor, now: now, random: random)
            },
            FuzzTarget("message-record", seeds: [record, shown].map(\.encoded)) {
                _ = try GroupRecord(decoding: $0)
            },
        ]
    }
}
