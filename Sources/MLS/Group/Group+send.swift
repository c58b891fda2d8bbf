import Cryptography

extension Group {
    /// Encrypts application data (§15). This uses up one generation of our ratchet.
    package mutating func protect(_ data: [UInt8], random: some RandomSource) throws -> MLSMessage {
        // According to §12.4, pending proposals must be committed before more application data is sent. MDK
        // does not enforce that, and we must not either: a single stray proposal would silence everyone.
        try send(.application(data), kind: .application, random: random)
    }

    /// The generation that the next `protect` uses up.
    package var nextOwnGeneration: UInt32 { secretTree.nextGeneration(of: ownLeaf, .application) }

    /// Uses up a generation again after a restart, without encrypting a message.
    ///
    /// - Throws: `RatchetError` if it is not the next generation of the current epoch.
    package mutating func consumeOwnGeneration(_ generation: UInt32, epoch: UInt64) throws {
        guard epoch == self.epoch, generation == nextOwnGeneration else {
            throw RatchetError.generationConsumed(generation)
        }
        _ = try secretTree.nextKey(of: ownLeaf, .application)
    }

    /// Uses up the key of a message that had been read before a restart.
    package mutating func consume(_ generation: UInt32, of leaf: LeafIndex, epoch: UInt64) throws {
        if epoch == self.epoch {
            _ = try secretTree.key(of: leaf, .application, generation: generation)
        } else if let index = pastEpochs.firstIndex(where: { $0.epoch == epoch }) {
            _ = try pastEpochs[index].secretTree.key(of: leaf, .application, generation: generation)
        } else {
            throw MLSError.wrongEpoch(message: epoch, group: self.epoch)
        }
    }

    /// Sends a standalone proposal (§12.1) as a PrivateMessage. It is also added to our own pending
    /// proposals.
    package mutating func propose(_ proposal: Proposal, random: some RandomSource) throws -> MLSMessage {
        let authenticated = try sign(.proposal(proposal), wireFormat: .privateMessage)
        let message = try encrypt(authenticated, kind: .handshake, random: random)
        remember(authenticated, proposal)
        return message
    }

    /// Sends a standalone proposal as a PublicMessage (§6.2). It uses up no key of our ratchet, but its
    /// membership tag still proves that it comes from a member.
    package mutating func proposePublicly(_ proposal: Proposal) throws -> MLSMessage {
        let authenticated = try sign(.proposal(proposal), wireFormat: .publicMessage)
        remember(authenticated, proposal)
        return .publicMessage(
            PublicMessage(
                protecting: authenticated, membershipKey: secrets.membershipKey, context: context))
    }

    private mutating func send(
        _ content: MessageContent, kind: SecretTree.RatchetKind, random: some RandomSource
    ) throws -> MLSMessage {
        try encrypt(sign(content, wireFormat: .privateMessage), kind: kind, random: random)
    }

    private func sign(_ content: MessageContent, wireFormat: WireFormat) throws -> AuthenticatedContent {
        try AuthenticatedContent(
            signing: FramedContent(
                groupID: groupID, epoch: epoch, sender: .member(ownLeaf), content: content),
            wireFormat: wireFormat, context: context, with: signaturePrivateKey)
    }

    private mutating func encrypt(
        _ authenticated: AuthenticatedContent, kind: SecretTree.RatchetKind, random: some RandomSource
    ) throws -> MLSMessage {
        let key = try secretTree.nextKey(of: ownLeaf, kind)
        return .privateMessage(
            try PrivateMessage(
                protecting: authenticated, from: ownLeaf, key: key, senderDataSecret: secrets.senderData,
                random: random))
    }

    mutating func remember(_ authenticated: AuthenticatedContent, _ proposal: Proposal) {
        let reference = authenticated.proposalReference
        guard !pendingProposals.contains(where: { $0.reference == reference }) else { return }
        pendingProposals.append(
            PendingProposal(reference: reference, proposal: proposal, sender: authenticated.content.sender))
    }
}
