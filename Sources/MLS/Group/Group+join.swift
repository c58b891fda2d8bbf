import Cryptography

/// Looks up a pre-shared key; returns nil if it is not known.
package typealias PreSharedKeyLookup = (PreSharedKeyID) -> SecretBytes?

extension Group {
    /// Joins a group from a Welcome (§12.4.3.1).
    ///
    /// - Parameters:
    ///   - ratchetTree: the tree to use if the Welcome does not contain it.
    ///   - predecessor: the group that this one continues or branches from, if the Welcome names one.
    ///   - now: seconds since 1970, to check the lifetimes in the tree; nil skips that check.
    /// - Returns: the group, and the member who signed its GroupInfo.
    package static func join(
        _ welcome: Welcome, with bundle: KeyPackageBundle, ratchetTree: RatchetTree? = nil,
        predecessor: Predecessor? = nil, now: UInt64?, preSharedKeys: PreSharedKeyLookup = { _ in nil }
    ) throws -> (group: Group, inviter: LeafIndex) {
        let groupSecrets = try welcome.groupSecrets(
            for: bundle.keyPackage.reference, initPrivateKey: bundle.initPrivateKey)
        let founding = try Predecessor.founding(groupSecrets.preSharedKeys)
        let pskSecret = try pskSecret(groupSecrets.preSharedKeys) { id in
            predecessor?.group.resumptionKey(id) ?? preSharedKeys(id)
        }
        let joiner = JoinerSecret(groupSecrets.joinerSecret)
        let info = try welcome.groupInfo(joiner: joiner, pskSecret: pskSecret)
        var tree = try tree(of: info, given: ratchetTree)

        guard let signer = tree.leaf(at: info.signer) else {
            throw MLSError.violated(
                MLSCheck("CHK-WELCOME-02", "12.4.3.1", "the GroupInfo's signer is not in the tree"))
        }
        try require(
            info.hasValidSignature(publicKey: signer.signatureKey), "CHK-WELCOME-03", "12.4.3.1",
            "the GroupInfo's signature is invalid")
        try require(
            !info.extensions.hasDuplicates && !info.context.extensions.hasDuplicates, "CHK-WELCOME-04",
            "13.4",
            "an extension occurs twice")
        try require(
            info.context.epoch < UInt64.max, "CHK-WELCOME-09", "8.1",
            "the group is in the last possible epoch")
        try require(
            tree.treeHash() == info.context.treeHash, "CHK-WELCOME-05", "12.4.3.1",
            "the tree hash does not match the GroupInfo")
        try tree.validate(groupID: info.context.groupID, groupExtensions: info.context.extensions, now: now)

        if let founding { try Predecessor.check(founding, predecessor, info, tree) }

        let own = tree.members.first { $0.leaf == bundle.keyPackage.leafNode }
        guard let ownLeaf = own?.index else {
            throw MLSError.violated(MLSCheck("CHK-WELCOME-06", "12.4.3.1", "our leaf is not in the tree"))
        }
        var privateKeys = [ownLeaf.node: bundle.leafPrivateKey]
        if let pathSecret = groupSecrets.pathSecret {
            try privateKeys.merge(
                pathKeys(from: pathSecret, sharedBy: ownLeaf, and: info.signer, in: tree),
                uniquingKeysWith: { first, _ in first })
        }

        var secrets = try joiner.epochSecrets(pskSecret: pskSecret, context: info.context)
        try require(
            ConstantTimeEquality.areEqual(
                info.confirmationTag, secrets.confirmationTag(info.context.confirmedTranscriptHash)),
            "CHK-WELCOME-08", "12.4.3.1", "the confirmation tag is wrong")
        let secretTree = secrets.makeSecretTree(leafCount: tree.leafCount)
        let group = Group(
            context: info.context, tree: tree, ownLeaf: ownLeaf, secrets: secrets, secretTree: secretTree,
            interimTranscriptHash: TranscriptHash.interim(
                confirmed: info.context.confirmedTranscriptHash, confirmationTag: info.confirmationTag),
            confirmationTag: info.confirmationTag, privateKeys: privateKeys,
            signaturePrivateKey: bundle.signaturePrivateKey)
        return (group, info.signer)
    }

    private static func tree(of info: GroupInfo, given: RatchetTree?) throws -> RatchetTree {
        if let carried = info.extensions.first(.ratchetTree) {
            return try RatchetTree(decoding: carried.data)
        }
        guard let given else {
            throw MLSError.violated(
                MLSCheck("CHK-WELCOME-01", "12.4.3.3", "the Welcome contains no ratchet tree"))
        }
        return given
    }

    /// Derives the private keys from a path secret, for the nodes from the lowest one shared with the
    /// committer up to the root.
    private static func pathKeys(
        from pathSecret: SecretBytes, sharedBy own: LeafIndex, and committer: LeafIndex, in tree: RatchetTree
    ) throws -> [Int: SecretBytes] {
        var keys: [Int: SecretBytes] = [:]
        var secret = pathSecret
        for (node, _) in tree.filteredDirectPath(of: committer)
        where TreeMath.isInSubtree(own.node, of: node) {
            let key = try PathSecrets.nodeKey(secret)
            try require(
                tree.node(at: node)?.encryptionKey == key.publicKey, "CHK-WELCOME-07", "12.4.3.1",
                "the path secret does not match node \(node)")
            keys[node] = key.privateKey
            secret = try PathSecrets.next(secret)
        }
        return keys
    }

    static func pskSecret(_ ids: [PreSharedKeyID], _ lookup: PreSharedKeyLookup) throws -> SecretBytes {
        try PreSharedKey.secret(
            for: ids.map { id in
                guard let key = lookup(id) else { throw MLSError.missingPreSharedKey }
                return (id, key)
            })
    }
}
