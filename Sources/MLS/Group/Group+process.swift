import Cryptography

extension Group {
    /// Processes one message for this group (§6, §12.4.2). The state changes only if the message is valid.
    ///
    /// - Parameter now: seconds since 1970, to check the lifetimes of key packages in commits; nil skips that
    ///   check.
    package mutating func process(
        _ message: MLSMessage, now: UInt64?, preSharedKeys: PreSharedKeyLookup = { _ in nil }
    ) throws -> ReceivedMessage {
        switch message {
        case .privateMessage(let message):
            guard message.groupID == groupID else { throw MLSError.wrongGroup }
            if message.epoch != epoch { return try processLate(message) }
            return try processCurrent(message, now: now, preSharedKeys)
        case .publicMessage(let message):
            guard message.content.groupID == groupID else { throw MLSError.wrongGroup }
            guard message.content.epoch == epoch else {
                throw MLSError.wrongEpoch(message: message.content.epoch, group: epoch)
            }
            let content = UnverifiedContent(
                try message.unprotected(membershipKey: secrets.membershipKey, context: context))
            return try accept(content, now: now, preSharedKeys)
        case .welcome, .groupInfo, .keyPackage:
            throw MLSError.unsupported("a Welcome, GroupInfo or KeyPackage as a group message")
        }
    }

    /// The sender of a message of the current epoch or a past epoch that is still kept, without any checks of
    /// the message; nil if it cannot be determined.
    package func sender(of message: PrivateMessage) -> LeafIndex? { senderData(of: message)?.leaf }

    /// Sender and generation of such a message, unchecked as well: enough for sorting.
    package func senderData(of message: PrivateMessage) -> SenderData? {
        let secret =
            message.epoch == epoch
            ? secrets.senderData : pastEpochs.first { $0.epoch == message.epoch }?.secrets.senderData
        return secret.flatMap { try? message.senderData(senderDataSecret: $0) }
    }

    private mutating func processCurrent(
        _ message: PrivateMessage, now: UInt64?, _ preSharedKeys: PreSharedKeyLookup
    ) throws -> ReceivedMessage {
        let sender = try message.senderData(senderDataSecret: secrets.senderData)
        guard sender.leaf != ownLeaf else { throw MLSError.ownMessage }
        var reading = secretTree
        let key = try reading.key(
            of: sender.leaf, message.ratchetKind, generation: sender.generation)
        let content = UnverifiedContent(try message.unprotected(sender: sender, key: key))
        var updated = self
        updated.secretTree = reading
        let received = try updated.accept(
            content, generation: sender.generation, now: now, preSharedKeys)
        self = updated
        return received
    }

    /// Processes an application message of a past epoch that is still kept. Handshake messages of past epochs
    /// have no effect.
    private mutating func processLate(_ message: PrivateMessage) throws -> ReceivedMessage {
        guard message.contentType == .application,
            let index = pastEpochs.firstIndex(where: { $0.epoch == message.epoch })
        else { throw MLSError.wrongEpoch(message: message.epoch, group: epoch) }
        var past = pastEpochs[index]
        let sender = try message.senderData(senderDataSecret: past.secrets.senderData)
        guard sender.leaf != ownLeaf else { throw MLSError.ownMessage }
        let key = try past.secretTree.key(of: sender.leaf, .application, generation: sender.generation)
        let member = past.senders[sender.leaf]
        let authenticated = try UnverifiedContent(try message.unprotected(sender: sender, key: key))
            .verified(context: past.context, signatureKey: member?.signatureKey)
        guard case .application(let data) = authenticated.content.content, let member else {
            throw MLSError.undecryptable
        }
        pastEpochs[index] = past
        return .application(
            ApplicationMessage(
                sender: sender.leaf, credential: member.credential, epoch: message.epoch,
                generation: sender.generation, data: data,
                authenticatedData: message.authenticatedData))
    }

    private mutating func accept(
        _ content: UnverifiedContent, generation: UInt32? = nil, now: UInt64?,
        _ preSharedKeys: PreSharedKeyLookup
    ) throws -> ReceivedMessage {
        let authenticated = try content.verified(in: self)
        switch authenticated.content.content {
        case .application(let data):
            guard case .member(let index) = authenticated.content.sender, let leaf = tree.leaf(at: index),
                let generation
            else { throw MLSError.undecryptable }
            return .application(
                ApplicationMessage(
                    sender: index, credential: leaf.credential, epoch: epoch,
                    generation: generation, data: data,
                    authenticatedData: authenticated.content.authenticatedData))
        case .proposal(let proposal):
            remember(authenticated, proposal)
            return .proposal(
                PendingProposal(
                    reference: authenticated.proposalReference, proposal: proposal,
                    sender: authenticated.content.sender))
        case .commit(let commit):
            switch authenticated.content.sender {
            case .member(let index):
                return .commit(try stage(commit, authenticated, from: index, now: now, preSharedKeys))
            case .newMemberCommit:
                return .commit(try stageExternal(commit, authenticated, preSharedKeys))
            // `UnverifiedContent` accepts only proposals from these senders.
            case .external, .newMemberProposal: throw MLSError.undecryptable
            }
        }
    }

    /// Checks a commit and computes the epoch that it starts (§12.4.2).
    private func stage(
        _ commit: Commit, _ authenticated: AuthenticatedContent, from committer: LeafIndex, now: UInt64?,
        _ preSharedKeys: PreSharedKeyLookup
    ) throws -> StagedCommit {
        try require(committer != ownLeaf, "CHK-COMMIT-02", "12.4.2", "the commit claims to be ours")
        let list = try ProposalList(
            validating: commit.proposals.map { try resolve($0, committer: committer) }, committer: committer,
            group: self, now: now)
        try require(
            commit.path != nil || !list.requiresPath, "CHK-COMMIT-03", "12.4",
            "the commit lacks the path that its proposals require")
        if list.removals.contains(ownLeaf) {
            return StagedCommit(
                committer: committer, proposals: list, group: nil, newLeaf: commit.path?.leafNode,
                isExternal: false)
        }

        var next = self
        let added = list.apply(to: &next.tree)
        next.context.extensions = list.newExtensions ?? context.extensions
        next.context.epoch = try Self.epoch(after: epoch)
        var commitSecret = CipherSuite.zeroSecret
        if let path = commit.path {
            commitSecret = try next.applyPath(
                path, from: committer, newLeaves: Set(added), before: tree)
        }
        return try finish(
            next, authenticated, list, committer: committer, newLeaf: commit.path?.leafNode,
            initSecret: secrets.initSecret, commitSecret: commitSecret, preSharedKeys)
    }

    /// The steps that members' commits and external commits have in common after their path has been merged
    /// into the tree.
    func finish(
        _ applied: Group, _ authenticated: AuthenticatedContent, _ list: ProposalList, committer: LeafIndex,
        newLeaf: LeafNode?, isExternal: Bool = false, initSecret: SecretBytes, commitSecret: SecretBytes,
        _ preSharedKeys: PreSharedKeyLookup
    ) throws -> StagedCommit {
        var next = applied
        try next.tree.validateUniqueKeys()
        next.privateKeys = Self.pruned(next.privateKeys, to: next.tree)
        let pskSecret = try Self.pskSecret(list.preSharedKeys) { resumptionKey($0) ?? preSharedKeys($0) }
        _ = try next.enterEpoch(
            after: authenticated, interimBefore: interimTranscriptHash, initSecret: initSecret,
            commitSecret: commitSecret, pskSecret: pskSecret)
        try require(
            ConstantTimeEquality.areEqual(
                next.confirmationTag, authenticated.auth.confirmationTag ?? []), "CHK-COMMIT-04", "12.4.2",
            "the confirmation tag is wrong")
        next.rememberPastEpoch(of: self)
        return StagedCommit(
            committer: committer, proposals: list, group: next, newLeaf: newLeaf, isExternal: isExternal)
    }

    private func resolve(_ item: ProposalOrRef, committer: LeafIndex) throws -> ProposalList.Item {
        switch item {
        case .proposal(let proposal): return .init(proposal: proposal, sender: .member(committer))
        case .reference(let reference): return try pendingProposal(reference)
        }
    }
}
