import Cryptography

extension RatchetTree {
    /// The tree hash of the whole tree (§7.8). Caches the hashes that it computes.
    package mutating func treeHash() -> [UInt8] {
        nodes.isEmpty ? [] : treeHash(of: root)
    }

    package mutating func treeHash(of node: Int) -> [UInt8] {
        if let known = cachedHashes[node] { return known }
        let hash: [UInt8]
        if let left = TreeMath.left(node), let right = TreeMath.right(node) {
            hash = Self.parentTreeHash(parent(at: node), treeHash(of: left), treeHash(of: right))
        } else {
            hash = Self.leafTreeHash(leaf(at: LeafIndex(UInt32(node / 2))), node)
        }
        cachedHashes[node] = hash
        return hash
    }

    /// The tree hash that `node` had before the `absent` leaves were added (§7.9:
    /// original_sibling_tree_hash).
    mutating func treeHash(of node: Int, without absent: Set<LeafIndex>) -> [UInt8] {
        guard absent.contains(where: { TreeMath.isInSubtree($0.node, of: node) }) else {
            return treeHash(of: node)
        }
        guard let left = TreeMath.left(node), let right = TreeMath.right(node) else {
            return Self.leafTreeHash(nil, node)
        }
        var parent = parent(at: node)
        parent?.unmergedLeaves.removeAll { absent.contains($0) }
        return Self.parentTreeHash(
            parent, treeHash(of: left, without: absent), treeHash(of: right, without: absent))
    }

    private static func leafTreeHash(_ leaf: LeafNode?, _ node: Int) -> [UInt8] {
        SHA256.hash(
            TLSWriter.bytes { writer in
                writer.uint8(1)
                writer.uint32(UInt32(node / 2))
                writer.optional(leaf)
            })
    }

    private static func parentTreeHash(_ parent: ParentNode?, _ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
        SHA256.hash(
            TLSWriter.bytes { writer in
                writer.uint8(2)
                writer.optional(parent)
                writer.opaque(left)
                writer.opaque(right)
            })
    }
}
