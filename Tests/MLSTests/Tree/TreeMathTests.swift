import Testing
import TestSupport

@testable import MLS

@Suite("TreeMath — RFC 9420 Appendix C")
struct TreeMathTests {
    struct Vector: Decodable {
        let nLeaves: Int, nNodes: Int, root: Int
        let left: [Int?], right: [Int?], parent: [Int?], sibling: [Int?]
    }

    @Test("agrees with tree-math.json", .enabled(if: Vectors.areAvailable, "\(Vectors.skipComment)"))
    func vectors() throws {
        for vector in try Vectors.decode([Vector].self, from: "mls/tree-math.json") {
            #expect(TreeMath.nodeCount(leafCount: vector.nLeaves) == vector.nNodes)
            #expect(TreeMath.root(leafCount: vector.nLeaves) == vector.root)
            for node in 0..<vector.nNodes {
                #expect(TreeMath.left(node) == vector.left[node])
                #expect(TreeMath.right(node) == vector.right[node])
                #expect(TreeMath.parent(node, leafCount: vector.nLeaves) == vector.parent[node])
                #expect(TreeMath.sibling(node, leafCount: vector.nLeaves) == vector.sibling[node])
            }
        }
    }
}
