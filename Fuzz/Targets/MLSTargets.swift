import Cryptography
import MLS
import Marmot
import Nostr

/// TLS structures (RFC 9420).
extension Targets {
    static func mls() throws -> [FuzzTarget] {
        let bundle = try KeyPackageBundle.make(
            credential: .basic(identity: [1, 2, 3]), capabilities: Marmot.capabilities,
            lifetime: Marmot.lifetime(now: now), random: random)
        let group = try Group.create(
            groupID: [9], credential: .basic(identity: [4]), capabilities: Marmot.capabilities,
            lifetime: Marmot.lifetime(now: now), extensions: [], random: random)
        let commit = try group.commit(inline: [.add(bundle.keyPackage)], now: UInt64(now), random: random)
        let welcome = MLSMessage.welcome(commit.welcome ?? Welcome(secrets: [], encryptedGroupInfo: []))
        var member = group
        let proposal = try member.proposePublicly(.remove(LeafIndex(0)))
        let data = try GroupData(
            nostrGroupID: [UInt8](repeating: 1, count: 32), name: "n", description: "d", admins: [],
            relays: [RelayURL("ws://a")])
        return [
            FuzzTarget(
                "mls-message",
                seeds: [
                    commit.message.encoded, welcome.encoded, proposal.encoded,
                    MLSMessage.keyPackage(bundle.keyPackage).encoded,
                ]
            ) { bytes in
                let message = try MLSMessage(decoding: bytes)
                guard message.encoded == bytes else {
                    fatalError("decoding and re-encoding changed an accepted message")
                }
            },
            FuzzTarget("key-package", seeds: [bundle.keyPackage.encoded]) { bytes in
                try KeyPackage(decoding: bytes).validate(groupExtensions: [], now: UInt64(now))
            },
            FuzzTarget("ratchet-tree", seeds: [commit.group.tree.encoded]) { bytes in
                var tree = try RatchetTree(decoding: bytes)
                _ = tree.treeHash()
                _ = tree.members.map { tree.filteredDirectPath(of: $0.index) }
            },
            FuzzTarget("group-state", seeds: [commit.group.encoded]) { bytes in
                var group = try Group(decoding: bytes)
                _ = try group.protect([1], random: random)
            },
            FuzzTarget("group-data", seeds: [data.encoded]) { _ = try GroupData(decoding: $0) },
        ]
    }
}
