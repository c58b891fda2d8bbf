import Cryptography

extension Group {
    /// Merges a received UpdatePath into the tree and decrypts the path secret meant for us (§7.5, §12.4.2).
    ///
    /// Must be called on the group of the next epoch, after the proposals have been applied.
    ///
    /// - Parameters:
    ///   - newLeaves: the members added by the commit, to whom the path is not encrypted.
    ///   - before: the tree of the epoch that is ending.
    /// - Returns: the commit secret.
    mutating func applyPath(
        _ path: UpdatePath, from committer: LeafIndex, newLeaves: Set<LeafIndex>, before: RatchetTree
    ) throws -> SecretBytes {
        guard case .commit(let parentHash) = path.leafNode.source else {
            throw MLSError.violated(
                MLSCheck("CHK-PATH-01", "7.3", "the path's leaf was not made for a commit"))
        }
        try path.leafNode.validate(
            groupID: groupID, at: committer, groupExtensions: context.extensions, now: nil)
        let oldKeys = Set(before.nodes.compactMap { $0?.encryptionKey })
        let newKeys = [path.leafNode.encryptionKey] + path.nodes.map(\.encryptionKey)
        try require(
            Set(newKeys).count == newKeys.count && oldKeys.isDisjoint(with: newKeys), "CHK-PATH-02", "12.4.2",
            "the path reuses an encryption key")
        try require(
            newKeys.allSatisfy { $0.count == CipherSuite.publicKeyLengthBytes }, "CHK-PATH-03", "12.4.2",
            "a key of the path has the wrong length")

        tree.blankDirectPath(of: committer)
        let filtered = tree.filteredDirectPath(of: committer)
        try require(
            filtered.count == path.nodes.count, "CHK-PATH-04", "12.4.2",
            "the path has \(path.nodes.count) nodes, but the tree has \(filtered.count)")
        for (position, node) in zip(filtered, path.nodes) {
            tree.setParent(ParentNode(encryptionKey: node.encryptionKey), at: position.node)
        }
        try require(
            tree.setParentHashes(along: filtered) == parentHash, "CHK-PATH-05", "7.9.2",
            "the path's parent hash is wrong")
        tree.setLeaf(path.leafNode, at: committer)
        context.treeHash = tree.treeHash()
        return try decryptPathSecrets(from: path, along: filtered, newLeaves: newLeaves)
    }

    private mutating func decryptPathSecrets(
        from path: UpdatePath, along filtered: [(node: Int, copathChild: Int)], newLeaves: Set<LeafIndex>
    ) throws -> SecretBytes {
        guard
            let shared = filtered.firstIndex(where: { TreeMath.isInSubtree(ownLeaf.node, of: $0.node) }),
            path.nodes.indices.contains(shared)
        else {
            throw MLSError.violated(MLSCheck("CHK-PATH-06", "12.4.2", "the path has no node above our leaf"))
        }
        let recipients = tree.resolution(of: filtered[shared].copathChild)
            .filter { node in !newLeaves.contains { $0.node == node } }
        let ciphertexts = path.nodes[shared].encryptedPathSecrets
        try require(
            ciphertexts.count == recipients.count, "CHK-PATH-07", "12.4.2",
            "the path has \(ciphertexts.count) ciphertexts for \(recipients.count) nodes")
        guard
            let (recipient, ciphertext) = zip(recipients, ciphertexts).first(where: {
                privateKeys[$0.0] != nil
            }),
            let privateKey = privateKeys[recipient]
        else {
            throw MLSError.violated(MLSCheck("CHK-PATH-08", "12.4.2", "no ciphertext of the path is for us"))
        }
        var secret: SecretBytes
        do {
            secret = SecretBytes(
                try LabeledHPKE.decrypt(
                    ciphertext, with: privateKey, label: "UpdatePathNode", context: context.encoded))
        } catch {
            throw MLSError.undecryptable
        }
        for (position, node) in zip(filtered, path.nodes).dropFirst(shared) {
            let key = try PathSecrets.nodeKey(secret)
            try require(
                key.publicKey == node.encryptionKey, "CHK-PATH-09", "12.4.2",
                "the path secret does not match node \(position.node)")
            privateKeys[position.node] = key.privateKey
            secret = try PathSecrets.next(secret)
        }
        return secret
    }
}
