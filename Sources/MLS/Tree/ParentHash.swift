import Cryptography

extension RatchetTree {
    /// The parent hash of the child of `parent` whose sibling is `sibling` (§7.9).
    mutating func parentHash(of parent: ParentNode, sibling: Int) -> [UInt8] {
        let siblingHash = treeHash(of: sibling, without: Set(parent.unmergedLeaves))
        return SHA256.hash(
            TLSWriter.bytes { writer in
                writer.opaque(parent.encryptionKey)
                writer.opaque(parent.parentHash)
                writer.opaque(siblingHash)
            })
    }

    /// Sets the parent hashes along a fresh path, starting at the root (§7.9.1).
    ///
    /// - Returns: the parent hash for the leaf.
    mutating func setParentHashes(along path: [(node: Int, copathChild: Int)]) -> [UInt8] {
        var hash: [UInt8] = []
        for (node, copathChild) in path.reversed() {
            guard var parent = parent(at: node) else { continue }
            parent.parentHash = hash
            setParent(parent, at: node)
            hash = parentHash(of: parent, sibling: copathChild)
        }
        return hash
    }

    /// Whether every non-blank parent node is the hash parent of one of its descendants (§7.9.2).
    mutating func hasValidParentHashes() -> Bool {
        for node in stride(from: 1, to: nodes.count, by: 2) {
            guard let parent = parent(at: node), let left = TreeMath.left(node),
                let right = TreeMath.right(node)
            else { continue }
            guard
                isHashParent(parent, viaChild: left, sibling: right)
                    || isHashParent(parent, viaChild: right, sibling: left)
            else { return false }
        }
        return true
    }

    private mutating func isHashParent(_ parent: ParentNode, viaChild child: Int, sibling: Int) -> Bool {
        let hash = parentHash(of: parent, sibling: sibling)
        let resolution = resolution(of: child)
        guard let match = resolution.first(where: { node(at: $0)?.parentHash == hash }) else { return false }
        let unmergedBelow = Set(
            parent.unmergedLeaves.map(\.node).filter { TreeMath.isInSubtree($0, of: child) })
        return Set(resolution).subtracting([match]) == unmergedBelow
    }
}
