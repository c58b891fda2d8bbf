import Cryptography

extension Group {
    /// Creates a group with one member in epoch 0 (§11). The keys are fresh, including the signature key.
    ///
    /// - Parameter lifetime: for the creator's leaf, whose source is `.keyPackage` until its first commit.
    package static func create(
        groupID: [UInt8], credential: Credential, capabilities: Capabilities, lifetime: Lifetime,
        extensions: [Extension], random: some RandomSource
    ) throws -> Group {
        let leafKey = try random.secret(32)
        let signatureKey = SignaturePrivateKey(try random.secret(32))
        var leaf = LeafNode(
            encryptionKey: try X25519Key(privateKey: leafKey).publicKey,
            signatureKey: try signatureKey.key().publicKey, credential: credential,
            capabilities: capabilities, source: .keyPackage(lifetime))
        try leaf.sign(with: signatureKey)
        let ownLeaf = LeafIndex(0)
        try leaf.validate(groupID: groupID, at: ownLeaf, groupExtensions: extensions, now: nil)
        var tree = RatchetTree(firstLeaf: leaf)
        let context = GroupContext(
            groupID: groupID, epoch: 0, treeHash: tree.treeHash(), confirmedTranscriptHash: [],
            extensions: extensions)
        var secrets = try EpochSecrets(epochSecret: random.secret(CipherSuite.hashLengthBytes))
        let tag = secrets.confirmationTag([])
        let secretTree = secrets.makeSecretTree(leafCount: tree.leafCount)
        return Group(
            context: context, tree: tree, ownLeaf: ownLeaf, secrets: secrets, secretTree: secretTree,
            interimTranscriptHash: TranscriptHash.interim(confirmed: [], confirmationTag: tag),
            confirmationTag: tag, privateKeys: [ownLeaf.node: leafKey], signaturePrivateKey: signatureKey)
    }
}
