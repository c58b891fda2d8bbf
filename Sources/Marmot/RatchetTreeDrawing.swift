import MLS
import Nostr

/// A human-readable drawing of a group's ratchet tree: one line per node, children below their parent.
package enum RatchetTreeDrawing {
    /// The largest number of leaves that is drawn; of a larger tree only the count is shown.
    private static let limit = 64

    package static func lines(_ group: MarmotGroup) -> [String] {
        let tree = group.mls.tree
        guard tree.leafCount <= limit else {
            return ["tree      \(tree.leafCount) leaves, too many to draw"]
        }
        var lines: [String] = []
        draw(TreeMath.root(leafCount: tree.leafCount), group, "tree      ", "          ", &lines)
        return lines
    }

    private static func draw(
        _ node: Int, _ group: MarmotGroup, _ first: String, _ rest: String, _ lines: inout [String]
    ) {
        lines.append(first + label(node, group))
        guard let left = TreeMath.left(node), let right = TreeMath.right(node) else { return }
        draw(left, group, rest + "├ ", rest + "│ ", &lines)
        draw(right, group, rest + "└ ", rest + "  ", &lines)
    }

    private static func label(_ node: Int, _ group: MarmotGroup) -> String {
        guard TreeMath.isLeaf(node) else { return group.mls.tree.node(at: node) == nil ? "·" : "●" }
        let index = LeafIndex(UInt32(node / 2))
        guard let leaf = group.mls.tree.leaf(at: index) else { return "\(index) blank" }
        guard let account = AccountCredential.account(of: leaf.credential) else { return "\(index) ?" }
        let marks = [
            index == group.mls.ownLeaf ? "me" : nil, group.data.isAdmin(account) ? "admin" : nil,
        ].compactMap { $0 }
        return "\(index) \(KeyText.npub(account).prefix(12))…"
            + (marks.isEmpty ? "" : " " + marks.joined(separator: ", "))
    }
}
