import Cryptography
import TestSupport
import Testing

@testable import MLS

@Suite("RatchetTree — RFC 9420 §7, §12", .enabled(if: Vectors.areAvailable, "\(Vectors.skipComment)"))
struct TreeVectorTests {
    struct Operation: Decodable {
        let cipherSuite: UInt16, proposal: HexBytes, proposalSender: UInt32
        let treeBefore: HexBytes, treeAfter: HexBytes, treeHashBefore: HexBytes, treeHashAfter: HexBytes
    }

    @Test("agrees with tree-operations.json")
    func operations() throws {
        for vector in try Vectors.decode([Operation].self, from: "mls/tree-operations.json")
        where vector.cipherSuite == 1 {
            var tree = try RatchetTree(decoding: vector.treeBefore.bytes)
            #expect(tree.encoded == vector.treeBefore.bytes)
            #expect(tree.treeHash() == vector.treeHashBefore.bytes)
            switch try Proposal(decoding: vector.proposal.bytes) {
            case .add(let package): _ = tree.add(package.leafNode)
            case .update(let leaf): tree.update(leaf, at: LeafIndex(vector.proposalSender))
            case .remove(let index): tree.remove(at: index)
            default: Issue.record("unexpected proposal")
            }
            #expect(tree.encoded == vector.treeAfter.bytes)
            #expect(tree.treeHash() == vector.treeHashAfter.bytes)
        }
    }

    struct Validation: Decodable {
        let cipherSuite: UInt16, tree: HexBytes, groupId: HexBytes, resolutions: [[Int]],
            treeHashes: [HexBytes]
    }

    @Test("agrees with tree-validation.json")
    func validation() throws {
        for vector in try Vectors.decode([Validation].self, from: "mls/tree-validation.json")
        where vector.cipherSuite == 1 {
            var tree = try RatchetTree(decoding: vector.tree.bytes)
            for (node, expected) in vector.resolutions.enumerated() {
                #expect(tree.resolution(of: node) == expected)
            }
            for (node, expected) in vector.treeHashes.enumerated() {
                #expect(tree.treeHash(of: node) == expected.bytes)
            }
            try tree.validate(groupID: vector.groupId.bytes, groupExtensions: [], now: nil)
        }
    }

    struct TreeKEM: Decodable {
        struct PathSecret: Decodable { let node: Int, pathSecret: HexBytes }
        struct Leaf: Decodable {
            let index: UInt32, encryptionPriv: HexBytes, signaturePriv: HexBytes, pathSecrets: [PathSecret]
        }
        struct Update: Decodable {
            let sender: UInt32, updatePath: HexBytes, pathSecrets: [HexBytes?], commitSecret: HexBytes
            let treeHashAfter: HexBytes
        }
        let cipherSuite: UInt16, groupId: HexBytes, epoch: UInt64, confirmedTranscriptHash: HexBytes
        let ratchetTree: HexBytes, leavesPrivate: [Leaf], updatePaths: [Update]
    }

    @Test("agrees with treekem.json")
    func treeKEM() throws {
        for vector in try Vectors.decode([TreeKEM].self, from: "mls/treekem.json")
        where vector.cipherSuite == 1 {
            let tree = try RatchetTree(decoding: vector.ratchetTree.bytes)
            for update in vector.updatePaths {
                let path = try UpdatePath(decoding: update.updatePath.bytes)
                for leaf in vector.leavesPrivate where leaf.index != update.sender {
                    var group = try member(vector, tree, leaf)
                    // The vector's context already has the epoch of the path.
                    let secret = try group.applyPath(
                        path, from: LeafIndex(update.sender), newLeaves: [], before: tree)
                    #expect(secret == update.commitSecret.secret)
                    #expect(group.context.treeHash == update.treeHashAfter.bytes)
                }
            }
        }
    }

    private func member(_ vector: TreeKEM, _ tree: RatchetTree, _ leaf: TreeKEM.Leaf) throws -> Group {
        var keys = [LeafIndex(leaf.index).node: leaf.encryptionPriv.secret]
        for path in leaf.pathSecrets {
            keys[path.node] = try PathSecrets.nodeKey(path.pathSecret.secret).privateKey
        }
        var secrets = try EpochSecrets(epochSecret: CipherSuite.zeroSecret)
        let secretTree = secrets.makeSecretTree(leafCount: tree.leafCount)
        return Group(
            context: GroupContext(
                groupID: vector.groupId.bytes, epoch: vector.epoch, treeHash: [],
                confirmedTranscriptHash: vector.confirmedTranscriptHash.bytes, extensions: []),
            tree: tree, ownLeaf: LeafIndex(leaf.index), secrets: secrets,
            secretTree: secretTree,
            interimTranscriptHash: [], confirmationTag: [], privateKeys: keys,
            signaturePrivateKey: SignaturePrivateKey(leaf.signaturePriv.secret))
    }
}
