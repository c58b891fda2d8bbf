/// Node indices in the array form of a left-balanced binary tree (RFC 9420 Appendix C).
///
/// Leaves have even indices, and their parents are between them:
/// ```
///                  7
///          3               11
///      1       5       9       13
///    0   2   4   6   8   10  12  14
/// ```
package enum TreeMath {
    /// Size of the array for a number of leaves (a power of two).
    package static func nodeCount(leafCount: Int) -> Int { leafCount == 0 ? 0 : 2 * leafCount - 1 }

    /// Height above the leaves.
    package static func level(_ node: Int) -> Int { node & 1 == 0 ? 0 : (~node).trailingZeroBitCount }

    /// The root of the smallest full tree with at least `leafCount` leaves.
    package static func root(leafCount: Int) -> Int {
        var width = 1
        while width < leafCount { width *= 2 }
        return width - 1
    }

    package static func isLeaf(_ node: Int) -> Bool { node & 1 == 0 }

    /// Nil for a leaf.
    package static func left(_ node: Int) -> Int? {
        let level = level(node)
        return level == 0 ? nil : node ^ (1 << (level - 1))
    }

    /// Nil for a leaf.
    package static func right(_ node: Int) -> Int? {
        let level = level(node)
        return level == 0 ? nil : node ^ (3 << (level - 1))
    }

    /// Nil for the root.
    package static func parent(_ node: Int, leafCount: Int) -> Int? {
        guard node != root(leafCount: leafCount) else { return nil }
        let level = level(node)
        return (node | 1 << level) & ~(1 << (level + 1))
    }

    /// Nil for the root.
    package static func sibling(_ node: Int, leafCount: Int) -> Int? {
        guard let parent = parent(node, leafCount: leafCount) else { return nil }
        return node < parent ? right(parent) : left(parent)
    }

    /// The nodes from the parent of `node` up to the root.
    package static func directPath(_ node: Int, leafCount: Int) -> [Int] {
        var path: [Int] = []
        var current = node
        while let next = parent(current, leafCount: leafCount) {
            path.append(next)
            current = next
        }
        return path
    }

    /// Whether `node` is `ancestor` or one of its descendants.
    package static func isInSubtree(_ node: Int, of ancestor: Int) -> Bool {
        let reach = (1 << level(ancestor)) - 1
        return node >= ancestor - reach && node <= ancestor + reach
    }
}
