import Cryptography
import TestSupport
import Testing

@testable import MLS

@Suite("Refused update paths — RFC 9420 §7.5, §7.9.2, §12.4.2")
struct PathChecks {
    /// Member 0's path with one thing changed reaches member `receiver` of five.
    private func expect(_ id: String, receiver: Int = 1, _ change: (inout UpdatePath) throws -> Void) throws {
        let groups = try Forge.group(of: 5)
        var path = try Forge.honestPath(by: groups[0])
        try change(&path)
        var group = groups[receiver]
        let before = group
        Forge.expectViolation(id) {
            _ = try group.process(
                Forge.commit(Commit(proposals: [], path: path), by: groups[0]), now: Forge.now)
        }
        #expect(group == before, "\(id) changed the group")
    }

    /// The leaf signed again after a change.
    private func signed(_ leaf: inout LeafNode, _ change: (inout LeafNode) -> Void) throws {
        let sender = try Forge.group(of: 5)[0]
        change(&leaf)
        try leaf.sign(with: sender.signaturePrivateKey, groupID: sender.groupID, at: sender.ownLeaf)
    }

    @Test("are refused by the check that is for it")
    func checks() throws {
        let groups = try Forge.group(of: 5)
        try expect("CHK-PATH-01") { try signed(&$0.leafNode) { $0.source = .update } }
        let taken = try #require(groups[3].ownLeafNode?.encryptionKey)
        try expect("CHK-PATH-02") { path in try signed(&path.leafNode) { $0.encryptionKey = taken } }
        try expect("CHK-PATH-02") { $0.nodes[0].encryptionKey = $0.nodes[1].encryptionKey }
        try expect("CHK-PATH-03") { $0.nodes[0].encryptionKey.removeLast() }
        try expect("CHK-PATH-04") { $0.nodes.removeLast() }
        try expect("CHK-PATH-04") {
            $0.nodes.append(
                UpdatePath.Node(encryptionKey: [UInt8](repeating: 5, count: 32), encryptedPathSecrets: []))
        }
        try expect("CHK-PATH-05") { path in
            try signed(&path.leafNode) { $0.source = .commit(parentHash: [UInt8](repeating: 1, count: 32)) }
        }
        try expect("CHK-PATH-07") { $0.nodes[0].encryptedPathSecrets = [] }
        try expect("CHK-LEAF-01") { $0.leafNode.signature[0] ^= 1 }
    }

    /// The one ciphertext that the receiver can open holds another secret than the path's keys come from.
    @Test("a secret that does not fit the path's keys")
    func wrongSecret() throws {
        let groups = try Forge.group(of: 2)
        var path = try Forge.honestPath(by: groups[0])
        var context = groups[0].context
        context.epoch += 1
        var next = groups[0]
        next.context = context
        _ = try next.makePath(
            newLeaves: [], rotatingSignatureKey: false, capabilities: nil, random: SeededRandom("path"))
        let key = try #require(groups[1].ownLeafNode?.encryptionKey)
        path.nodes[0].encryptedPathSecrets = [
            try LabeledHPKE.encrypt(
                [UInt8](repeating: 9, count: 32), to: key, label: "UpdatePathNode",
                context: next.context.encoded, random: SeededRandom("x"))
        ]
        var receiver = groups[1]
        Forge.expectViolation("CHK-PATH-09") {
            _ = try receiver.process(
                Forge.commit(Commit(proposals: [], path: path), by: groups[0]), now: Forge.now)
        }
    }

    /// Neither can come from a group whose tree is whole: our own leaf is below every shared node. The checks stand for trees
    /// that were damaged on disk.
    @Test("a path that does not concern us")
    func unreachable() throws {
        let groups = try Forge.group(of: 2)
        let path = try Forge.honestPath(by: groups[0])
        var keyless = groups[1]
        keyless.privateKeys = [:]
        Forge.expectViolation("CHK-PATH-08") {
            _ = try keyless.process(
                Forge.commit(Commit(proposals: [], path: path), by: groups[0]), now: Forge.now)
        }
        var elsewhere = groups[1]
        elsewhere.context.epoch += 1
        elsewhere.ownLeaf = LeafIndex(40)
        Forge.expectViolation("CHK-PATH-06") {
            _ = try elsewhere.applyPath(path, from: groups[0].ownLeaf, newLeaves: [], before: groups[1].tree)
        }
    }
}
