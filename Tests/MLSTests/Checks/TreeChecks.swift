import Cryptography
import TestSupport
import Testing

@testable import MLS

@Suite("Refused ratchet trees — RFC 9420 §7.3, §7.9.2, §12.4.3.1")
struct TreeChecks {
    /// Four members (1 to 3 as they joined), all parent nodes of member 0's path filled.
    private func tree() throws -> (tree: RatchetTree, group: Group) {
        let group = try Forge.group(of: 4)[0].commit(now: Forge.now, random: SeededRandom("fill")).group
        return (group.tree, group)
    }

    private func expect(_ id: String, _ change: (inout RatchetTree) throws -> Void) throws {
        var (tree, group) = try tree()
        try tree.validate(groupID: group.groupID, groupExtensions: [], now: nil)
        try change(&tree)
        Forge.expectViolation(id) {
            try tree.validate(groupID: group.groupID, groupExtensions: [], now: nil)
        }
    }

    /// Member 1's leaf, changed and signed again, by member 1 or by somebody else's key.
    private func leaf(signedBy name: String = "member 1", _ change: (inout LeafNode) -> Void) throws
        -> LeafNode
    {
        var leaf = try Forge.bundle("member 1").keyPackage.leafNode
        change(&leaf)
        try leaf.sign(with: Forge.bundle(name).signaturePrivateKey)
        return leaf
    }

    @Test("are refused by the check that is for it")
    func checks() throws {
        let (whole, _) = try tree()
        let other = try Forge.bundle("member 2").keyPackage.leafNode
        try expect("CHK-TREE-01") {
            $0.setLeaf(try leaf { $0.encryptionKey = other.encryptionKey }, at: LeafIndex(1))
        }
        try expect("CHK-TREE-02") {
            $0.setLeaf(
                try leaf(signedBy: "member 2") { $0.signatureKey = other.signatureKey }, at: LeafIndex(1))
        }
        try expect("CHK-TREE-03") {
            $0.setLeaf(
                try leaf {
                    $0.credential = .x509(certificates: [[1]])
                    $0.capabilities.credentials = [.basic, .x509]
                }, at: LeafIndex(1))
        }
        let parent = try #require(whole.parent(at: 1))
        func parents(_ id: String, at node: Int = 1, _ change: (inout ParentNode) -> Void) throws {
            try expect(id) { tree in
                var parent = try #require(tree.parent(at: node))
                change(&parent)
                tree.setParent(parent, at: node)
            }
        }
        try parents("CHK-TREE-04") { $0.encryptionKey = other.encryptionKey }
        try parents("CHK-TREE-04", at: 3) { $0.encryptionKey = parent.encryptionKey }
        try parents("CHK-TREE-05") { $0.encryptionKey.removeLast() }
        try parents("CHK-TREE-06") { $0.parentHash = [UInt8](repeating: 3, count: 32) }
        try parents("CHK-TREE-07", at: 3) { $0.unmergedLeaves = [LeafIndex(2), LeafIndex(1)] }
        try parents("CHK-TREE-07", at: 3) { $0.unmergedLeaves = [LeafIndex(2), LeafIndex(2)] }
        try parents("CHK-TREE-08") { $0.unmergedLeaves = [LeafIndex(3)] }
        // Node 1 stands between leaf 1 and the root.
        try parents("CHK-TREE-09", at: 3) { $0.unmergedLeaves = [LeafIndex(1)] }
    }

    @Test("no key stands twice in what a commit leaves behind")
    func uniqueKeys() throws {
        var (tree, group) = try tree()
        try tree.validateUniqueKeys()
        let own = try #require(group.ownLeafNode)
        let other = try #require(tree.leaf(at: LeafIndex(1)))
        tree.setLeaf(try leaf { $0.encryptionKey = own.encryptionKey }, at: LeafIndex(1))
        Forge.expectViolation("CHK-TREE-10") { try tree.validateUniqueKeys() }
        var sameSigner = other
        sameSigner.signatureKey = own.signatureKey
        tree.setLeaf(sameSigner, at: LeafIndex(1))
        Forge.expectViolation("CHK-TREE-11") { try tree.validateUniqueKeys() }
    }
}
