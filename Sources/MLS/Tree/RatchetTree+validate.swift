import Cryptography

extension RatchetTree {
    /// Validates a received tree (§12.4.3.1): leaves, keys, parent hashes and unmerged leaves.
    ///
    /// - Parameter now: seconds since 1970, to check the lifetimes of leaves that came from key packages; nil
    ///   skips that check.
    mutating func validate(groupID: [UInt8], groupExtensions: [Extension], now: UInt64?) throws {
        var encryptionKeys = Set<[UInt8]>()
        var signatureKeys = Set<[UInt8]>()
        var credentialTypes = Set<CredentialType>()
        let members = members
        _ = try Parallel.map(members) { index, leaf in
            try leaf.validate(groupID: groupID, at: index, groupExtensions: groupExtensions, now: now)
        }
        for (index, leaf) in members {
            try require(
                encryptionKeys.insert(leaf.encryptionKey).inserted, "CHK-TREE-01", "7.3",
                "leaf \(index) has the encryption key of another node")
            try require(
                signatureKeys.insert(leaf.signatureKey).inserted, "CHK-TREE-02", "7.3",
                "leaf \(index) has the signature key of another member")
            credentialTypes.insert(leaf.credential.type)
        }
        try require(
            members.allSatisfy { credentialTypes.isSubset(of: $0.leaf.capabilities.credentials) },
            "CHK-TREE-03",
            "7.3", "a member does not support the credential type of another")
        for position in stride(from: 1, to: nodes.count, by: 2) {
            guard let parent = parent(at: position) else { continue }
            try require(
                encryptionKeys.insert(parent.encryptionKey).inserted, "CHK-TREE-04", "12.4.3.1",
                "node \(position) has the encryption key of another node")
            try require(
                parent.encryptionKey.count == CipherSuite.publicKeyLengthBytes, "CHK-TREE-05", "12.4.3.1",
                "node \(position) has a key of the wrong length")
            try validateUnmergedLeaves(of: parent, at: position)
        }
        try require(
            hasValidParentHashes(), "CHK-TREE-06", "7.9.2", "the tree's parent hashes are inconsistent")
    }

    /// Checks that no key occurs twice in the tree after a commit (§7.3, §12.4.2).
    func validateUniqueKeys() throws {
        var encryptionKeys = Set<[UInt8]>()
        var signatureKeys = Set<[UInt8]>()
        for node in nodes.compactMap({ $0 }) {
            try require(
                encryptionKeys.insert(node.encryptionKey).inserted, "CHK-TREE-10", "7.3",
                "the commit adds an encryption key that is already in the tree")
            guard case .leaf(let leaf) = node else { continue }
            try require(
                signatureKeys.insert(leaf.signatureKey).inserted, "CHK-TREE-11", "7.3",
                "the commit adds a signature key that is already in the tree")
        }
    }

    private func validateUnmergedLeaves(of parent: ParentNode, at position: Int) throws {
        try require(
            zip(parent.unmergedLeaves, parent.unmergedLeaves.dropFirst()).allSatisfy(<), "CHK-TREE-07", "7.1",
            "the unmerged leaves of node \(position) are not in ascending order")
        for leaf in parent.unmergedLeaves {
            try require(
                self.leaf(at: leaf) != nil && TreeMath.isInSubtree(leaf.node, of: position), "CHK-TREE-08",
                "12.4.3.1", "node \(position) lists an unmerged leaf that is not below it")
            for between in TreeMath.directPath(leaf.node, leafCount: leafCount).prefix(while: {
                $0 != position
            }) {
                try require(
                    self.parent(at: between)?.unmergedLeaves.contains(leaf) ?? true, "CHK-TREE-09",
                    "12.4.3.1",
                    "node \(between) does not list unmerged leaf \(leaf), which node \(position) lists")
            }
        }
    }
}
