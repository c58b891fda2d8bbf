import Cryptography

extension Group {
    /// Creates a commit with a path (§12.4.1). The group itself does not change: the caller has to replace it
    /// with `OutgoingCommit.group`.
    ///
    /// - Parameters:
    ///   - inline: our own proposals, contained in the commit by value.
    ///   - references: pending proposals to commit, by ProposalRef.
    ///   - rotatingSignatureKey: whether to replace our Ed25519 key, too (Marmot self-update).
    ///   - capabilities: new capabilities for our leaf; nil keeps the present ones.
    ///   - founding: set when the group is being created from another one by ReInit (§11.2) or as a branch
    ///     (§11.3).
    ///   - hasVerifiedKeyPackages: whether the signatures of the inline Adds have already been verified.
    ///   - now: seconds since 1970, to check the lifetimes of the key packages added.
    ///   - preSharedKeys: looks up the keys that the proposals name, except the group's own resumption keys.
    package func commit(
        inline: [Proposal] = [], references: [[UInt8]] = [], rotatingSignatureKey: Bool = false,
        capabilities: Capabilities? = nil, founding: PreSharedKeyID.Usage? = nil,
        hasVerifiedKeyPackages: Bool = false, now: UInt64,
        preSharedKeys: PreSharedKeyLookup = { _ in nil }, random: some RandomSource
    ) throws -> OutgoingCommit {
        let referenced = try references.map { try pendingProposal($0) }
        let list = try ProposalList(
            validating: referenced + inline.map { .init(proposal: $0, sender: .member(ownLeaf)) },
            committer: ownLeaf, group: self, now: now, founding: founding,
            hasVerifiedKeyPackages: hasVerifiedKeyPackages)
        var next = self
        let added = list.apply(to: &next.tree)
        next.context.extensions = list.newExtensions ?? context.extensions
        next.context.epoch = try Self.epoch(after: epoch)

        let path = try next.makePath(
            newLeaves: Set(added), rotatingSignatureKey: rotatingSignatureKey, capabilities: capabilities,
            random: random)
        try next.tree.validateUniqueKeys()
        let commit = Commit(
            proposals: references.map(ProposalOrRef.reference) + inline.map(ProposalOrRef.proposal),
            path: path.updatePath)
        // Signed with the key and context of the epoch that is ending (§12.4.1).
        var authenticated = try AuthenticatedContent(
            signing: FramedContent(
                groupID: groupID, epoch: epoch, sender: .member(ownLeaf), content: .commit(commit)),
            wireFormat: .privateMessage, context: context, with: signaturePrivateKey)
        let pskSecret = try Self.pskSecret(list.preSharedKeys) { resumptionKey($0) ?? preSharedKeys($0) }
        let joiner = try next.enterEpoch(
            after: authenticated, interimBefore: interimTranscriptHash, initSecret: secrets.initSecret,
            commitSecret: path.commitSecret, pskSecret: pskSecret)
        authenticated.auth.confirmationTag = next.confirmationTag

        var sending = secretTree
        let encrypted = try PrivateMessage(
            protecting: authenticated, from: ownLeaf, key: sending.nextKey(of: ownLeaf, .handshake),
            senderDataSecret: secrets.senderData, random: random)
        var ended = self
        ended.secretTree = sending
        next.rememberPastEpoch(of: ended)

        let welcome =
            added.isEmpty
            ? nil
            : try next.welcome(
                for: Array(zip(added, list.adds)), joiner: joiner, pathSecrets: path.pathSecrets,
                pskSecret: pskSecret, preSharedKeys: list.preSharedKeys, random: random)
        return OutgoingCommit(
            staged: StagedCommit(
                committer: ownLeaf, proposals: list, group: next, newLeaf: path.updatePath.leafNode,
                isExternal: false),
            group: next, abandoned: ended, message: .privateMessage(encrypted), welcome: welcome)
    }

    /// The number of the next epoch. In the last possible epoch no more commits are possible.
    static func epoch(after epoch: UInt64) throws -> UInt64 {
        try require(epoch < UInt64.max, "CHK-COMMIT-05", "8.1", "the group is in the last possible epoch")
        return epoch + 1
    }

    /// - Throws: `.unknownProposal`, because the proposal may still arrive.
    func pendingProposal(_ reference: [UInt8]) throws -> ProposalList.Item {
        guard let pending = pendingProposals.first(where: { $0.reference == reference }) else {
            throw MLSError.unknownProposal
        }
        return .init(proposal: pending.proposal, sender: pending.sender)
    }

    struct Path {
        let updatePath: UpdatePath
        let commitSecret: SecretBytes
        /// Keyed by node of the committer's filtered direct path.
        let pathSecrets: [Int: SecretBytes]
    }

    /// Generates fresh keys along our filtered direct path (§7.4, §7.5) and puts them into `tree` and
    /// `privateKeys`.
    mutating func makePath(
        newLeaves: Set<LeafIndex>, rotatingSignatureKey: Bool, capabilities: Capabilities?,
        random: some RandomSource
    ) throws -> Path {
        guard var leaf = tree.leaf(at: ownLeaf) else {
            throw MLSError.notPossible("we are not in this group")
        }
        tree.blankDirectPath(of: ownLeaf)
        let filtered = tree.filteredDirectPath(of: ownLeaf)
        privateKeys = Self.pruned(privateKeys, to: tree)

        var pathSecrets: [Int: SecretBytes] = [:]
        var secret = try random.secret(CipherSuite.hashLengthBytes)
        for (node, _) in filtered {
            let key = try PathSecrets.nodeKey(secret)
            pathSecrets[node] = secret
            privateKeys[node] = key.privateKey
            tree.setParent(ParentNode(encryptionKey: key.publicKey), at: node)
            secret = try PathSecrets.next(secret)
        }

        let leafKey = try random.secret(32)
        leaf.encryptionKey = try X25519Key(privateKey: leafKey).publicKey
        privateKeys[ownLeaf.node] = leafKey
        if rotatingSignatureKey {
            signaturePrivateKey = SignaturePrivateKey(try random.secret(32))
            leaf.signatureKey = try signaturePrivateKey.key().publicKey
        }
        if let capabilities { leaf.capabilities = capabilities }
        leaf.source = .commit(parentHash: tree.setParentHashes(along: filtered))
        try leaf.sign(with: signaturePrivateKey, groupID: groupID, at: ownLeaf)
        tree.setLeaf(leaf, at: ownLeaf)
        context.treeHash = tree.treeHash()

        let excluded = Set(newLeaves.map(\.node))
        let recipients = filtered.map { node, copathChild in
            tree.resolution(of: copathChild).filter { !excluded.contains($0) }.map { recipient in
                LabeledHPKE.Recipient(
                    pathSecrets[node] ?? SecretBytes([]),
                    publicKey: tree.node(at: recipient)?.encryptionKey ?? [])
            }
        }
        var sealed = try LabeledHPKE.encrypt(
            to: recipients.flatMap { $0 }, label: "UpdatePathNode", context: context.encoded, random: random)[
                ...]
        let nodes = zip(filtered, recipients).map { position, recipients in
            defer { sealed = sealed.dropFirst(recipients.count) }
            return UpdatePath.Node(
                encryptionKey: tree.node(at: position.node)?.encryptionKey ?? [],
                encryptedPathSecrets: Array(sealed.prefix(recipients.count)))
        }
        return Path(
            updatePath: UpdatePath(leafNode: leaf, nodes: nodes), commitSecret: secret,
            pathSecrets: pathSecrets)
    }

    /// Advances transcript and key schedule to the epoch that `commit` starts (§8), and sets the confirmation
    /// tag.
    mutating func enterEpoch(
        after commit: AuthenticatedContent, interimBefore: [UInt8], initSecret: SecretBytes,
        commitSecret: SecretBytes, pskSecret: SecretBytes
    ) throws -> JoinerSecret {
        context.treeHash = tree.treeHash()
        context.confirmedTranscriptHash = TranscriptHash.confirmed(
            interimBefore: interimBefore, commit: commit)
        let joiner = try JoinerSecret(initSecret: initSecret, commitSecret: commitSecret, context: context)
        secrets = try joiner.epochSecrets(pskSecret: pskSecret, context: context)
        confirmationTag = secrets.confirmationTag(context.confirmedTranscriptHash)
        interimTranscriptHash = TranscriptHash.interim(
            confirmed: context.confirmedTranscriptHash, confirmationTag: confirmationTag)
        secretTree = secrets.makeSecretTree(leafCount: tree.leafCount)
        pendingProposals = []
        return joiner
    }

    mutating func rememberPastEpoch(of ended: Group) {
        pastEpochs = Array(([PastEpoch(ending: ended)] + ended.pastEpochs).prefix(Self.pastEpochLimit))
    }

    /// Creates one Welcome for all added members, which includes the ratchet tree (§12.4.3.1).
    private mutating func welcome(
        for added: [(LeafIndex, KeyPackage)], joiner: JoinerSecret, pathSecrets: [Int: SecretBytes],
        pskSecret: SecretBytes, preSharedKeys: [PreSharedKeyID], random: some RandomSource
    ) throws -> Welcome {
        var info = GroupInfo(
            context: context, extensions: [Extension(type: .ratchetTree, data: tree.encoded)],
            confirmationTag: confirmationTag, signer: ownLeaf)
        try info.sign(with: signaturePrivateKey)
        let (key, nonce) = try Welcome.groupInfoKey(welcomeSecret: joiner.welcomeSecret(pskSecret: pskSecret))
        let encryptedInfo = try AES128GCM.seal(info.encoded, key: key, nonce: nonce)
        let secrets = added.map { index, package in
            let shared = TreeMath.directPath(index.node, leafCount: tree.leafCount).lazy
                .compactMap { pathSecrets[$0] }.first
            let secrets = GroupSecrets(
                joinerSecret: joiner.secret, pathSecret: shared, preSharedKeys: preSharedKeys)
            return LabeledHPKE.Recipient(SecretBytes(secrets.encoded), publicKey: package.initKey)
        }
        let sealed = try LabeledHPKE.encrypt(
            to: secrets, label: "Welcome", context: encryptedInfo, random: random)
        return Welcome(
            secrets: zip(added, sealed).map { .init(newMember: $0.1.reference, encrypted: $1) },
            encryptedGroupInfo: encryptedInfo)
    }

    /// A resumption key of this group itself, which every member has (§8.6); nil for other keys.
    func resumptionKey(_ id: PreSharedKeyID) -> SecretBytes? {
        guard case .resumption(_, let group, let epoch) = id.key, group == groupID else { return nil }
        if epoch == self.epoch { return secrets.resumptionPSK }
        return pastEpochs.first { $0.epoch == epoch }?.secrets.resumptionPSK
    }
}
