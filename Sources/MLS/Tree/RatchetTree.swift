/// The public ratchet tree (§4, §7.7): a full binary tree in array form, in which blank nodes are nil.
///
/// Tree hashes are cached per node. A change to a leaf invalidates only the hashes on its direct path, so
/// that the cost of a commit grows with the depth of the tree and not with its width.
package struct RatchetTree: Equatable, Sendable {
    package private(set) var nodes: [Node?]
    var cachedHashes: [[UInt8]?]

    package init() {
        nodes = []
        cachedHashes = []
    }

    /// A tree with a single member.
    package init(firstLeaf: LeafNode) {
        nodes = [.leaf(firstLeaf)]
        cachedHashes = [nil]
    }

    package static func == (a: RatchetTree, b: RatchetTree) -> Bool { a.nodes == b.nodes }

    /// Number of leaves of the full tree, including blank ones.
    package var leafCount: Int { (nodes.count + 1) / 2 }
    package var root: Int { TreeMath.root(leafCount: leafCount) }

    /// Nil if the node is blank or out of range.
    package func node(at index: Int) -> Node? { nodes.indices.contains(index) ? nodes[index] : nil }

    package func leaf(at index: LeafIndex) -> LeafNode? {
        if case .leaf(let leaf)? = node(at: index.node) { leaf } else { nil }
    }

    package func parent(at index: Int) -> ParentNode? {
        if case .parent(let parent)? = node(at: index) { parent } else { nil }
    }

    /// The non-blank leaves in ascending order.
    package var members: [(index: LeafIndex, leaf: LeafNode)] {
        stride(from: 0, to: nodes.count, by: 2).compactMap { position in
            guard case .leaf(let leaf)? = nodes[position] else { return nil }
            return (LeafIndex(UInt32(position / 2)), leaf)
        }
    }

    /// The nodes whose keys together reach all members below `node` (§4.1.1).
    package func resolution(of node: Int) -> [Int] {
        switch self.node(at: node) {
        case .leaf: return [node]
        case .parent(let parent): return [node] + parent.unmergedLeaves.map(\.node)
        case nil:
            guard let left = TreeMath.left(node), let right = TreeMath.right(node) else { return [] }
            return resolution(of: left) + resolution(of: right)
        }
    }

    /// The direct path without the nodes whose child on the copath has an empty resolution; each node comes
    /// with that child (§4.1.2).
    package func filteredDirectPath(of leaf: LeafIndex) -> [(node: Int, copathChild: Int)] {
        var path: [(node: Int, copathChild: Int)] = []
        var child = leaf.node
        while let parent = TreeMath.parent(child, leafCount: leafCount),
            let sibling = TreeMath.sibling(child, leafCount: leafCount)
        {
            if !resolution(of: sibling).isEmpty { path.append((parent, sibling)) }
            child = parent
        }
        return path
    }

    // MARK: Changes (§7.7, §12.1)

    /// Adds a member at the leftmost blank leaf; extends the tree if there is none.
    package mutating func add(_ leaf: LeafNode) -> LeafIndex {
        let free = stride(from: 0, to: nodes.count, by: 2).first { nodes[$0] == nil }
        let position = free ?? (nodes.isEmpty ? 0 : nodes.count + 1)
        if free == nil { extend() }
        let index = LeafIndex(UInt32(position / 2))
        setNode(.leaf(leaf), at: position)
        for ancestor in TreeMath.directPath(position, leafCount: leafCount) {
            guard case .parent(var parent)? = nodes[ancestor] else { continue }
            let place = parent.unmergedLeaves.firstIndex { $0 > index } ?? parent.unmergedLeaves.endIndex
            parent.unmergedLeaves.insert(index, at: place)
            nodes[ancestor] = .parent(parent)
        }
        return index
    }

    /// Replaces a member's leaf and blanks its direct path.
    package mutating func update(_ leaf: LeafNode, at index: LeafIndex) {
        setNode(.leaf(leaf), at: index.node)
        blankDirectPath(of: index)
    }

    /// Blanks a member's leaf and its direct path, then truncates the tree for as long as its right half is
    /// empty.
    package mutating func remove(at index: LeafIndex) {
        setNode(nil, at: index.node)
        blankDirectPath(of: index)
        truncate()
    }

    package mutating func blankDirectPath(of index: LeafIndex) {
        for ancestor in TreeMath.directPath(index.node, leafCount: leafCount) { nodes[ancestor] = nil }
        invalidateHashes(from: index.node)
    }

    package mutating func setLeaf(_ leaf: LeafNode, at index: LeafIndex) {
        setNode(.leaf(leaf), at: index.node)
    }
    package mutating func setParent(_ parent: ParentNode, at node: Int) { setNode(.parent(parent), at: node) }

    private mutating func setNode(_ node: Node?, at position: Int) {
        nodes[position] = node
        invalidateHashes(from: position)
    }

    private mutating func invalidateHashes(from position: Int) {
        cachedHashes[position] = nil
        for ancestor in TreeMath.directPath(position, leafCount: leafCount) {
            cachedHashes[ancestor] = nil
        }
    }

    private mutating func extend() {
        let added = nodes.isEmpty ? 1 : nodes.count + 1
        nodes.append(contentsOf: repeatElement(nil, count: added))
        cachedHashes.append(contentsOf: repeatElement(nil, count: added))
    }

    private mutating func truncate() {
        while leafCount > 1, nodes[(nodes.count / 2 + 1)...].allSatisfy({ (node: Node?) in node == nil }) {
            let half = nodes.count / 2
            nodes.removeLast(nodes.count - half)
            cachedHashes.removeLast(cachedHashes.count - half)
        }
    }
}

// MARK: The ratchet_tree extension (§12.4.3.3)

extension RatchetTree: TLSCodable {
    package init(from reader: inout TLSReader) throws(TLSDecodingError) {
        let start = reader
        var nodes = try reader.vector { (reader) throws(TLSDecodingError) in
            try reader.optional(of: Node.self)
        }
        // The RFC requires the last node to be non-blank, so that a tree has only one encoding.
        guard case .leaf?? = nodes.last else { throw start.failure(.invalidValue(of: "last tree node", 0)) }
        for (index, node) in nodes.enumerated() {
            switch node {
            case .leaf where !TreeMath.isLeaf(index), .parent where TreeMath.isLeaf(index):
                throw start.failure(.invalidValue(of: "node type at tree position", UInt64(index)))
            default: break
            }
        }
        var leafCount = 1
        while TreeMath.nodeCount(leafCount: leafCount) < nodes.count { leafCount *= 2 }
        nodes.append(
            contentsOf: repeatElement(nil, count: TreeMath.nodeCount(leafCount: leafCount) - nodes.count))
        self.nodes = nodes
        cachedHashes = Array(repeating: nil, count: nodes.count)
    }

    package func encode(to writer: inout TLSWriter) {
        let last = nodes.lastIndex { $0 != nil } ?? -1
        writer.nested { writer in
            for node in nodes[..<(last + 1)] { writer.optional(node) }
        }
    }
}
