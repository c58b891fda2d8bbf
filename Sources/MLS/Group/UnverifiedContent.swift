import Cryptography

/// Content that is decrypted but whose signature was not looked at: it can only be turned into a checked one.
struct UnverifiedContent {
    private let authenticated: AuthenticatedContent

    init(_ authenticated: AuthenticatedContent) { self.authenticated = authenticated }

    /// The content, its signature checked with the key of whoever it names as its sender (§6.1).
    ///
    /// - Parameter group: as it is in the epoch of the message.
    func verified(in group: Group) throws -> AuthenticatedContent {
        let key: [UInt8]
        switch authenticated.content.sender {
        case .member(let index):
            guard let leaf = group.tree.leaf(at: index) else { throw Self.noMember }
            key = leaf.signatureKey
        case .external(let index): key = try externalSender(index, group.context)
        case .newMemberProposal: key = try newMember()
        case .newMemberCommit: key = try newCommitter()
        }
        return try verified(context: group.context, signatureKey: key)
    }

    /// For senders that the caller knows: members of a past epoch.
    func verified(context: GroupContext, signatureKey: [UInt8]?) throws -> AuthenticatedContent {
        guard let signatureKey else { throw Self.noMember }
        try require(
            authenticated.hasValidSignature(context: context, publicKey: signatureKey), "CHK-FRAMING-05",
            "6.1",
            "the sender's signature is invalid")
        return authenticated
    }

    private static var noMember: MLSError {
        .violated(MLSCheck("CHK-FRAMING-04", "6.1", "the sender is not a member"))
    }

    /// §12.1.8.1: one of those that the group's context lists, with proposals only.
    private func externalSender(_ index: UInt32, _ context: GroupContext) throws -> [UInt8] {
        let senders = try context.extensions.first(.externalSenders).map {
            try ExternalSenders(decoding: $0.data)
        }
        guard let sender = senders?.senders.dropFirst(Int(index)).first else {
            throw MLSError.violated(
                MLSCheck("CHK-EXTERNAL-01", "12.1.8.1", "the group lists no external sender \(index)"))
        }
        guard case .proposal(let proposal) = authenticated.content.content else {
            throw MLSError.violated(
                MLSCheck(
                    "CHK-EXTERNAL-02", "12.1.8", "an external sender sent something else than a proposal"))
        }
        try require(
            [.add, .remove, .preSharedKey, .reInit, .groupContextExtensions].contains(proposal.type),
            "CHK-EXTERNAL-03", "12.1.8", "an external sender proposes what only members may")
        return sender.signatureKey
    }

    /// §12.1.8: somebody asks to be added.
    private func newMember() throws -> [UInt8] {
        guard case .proposal(.add(let package)) = authenticated.content.content else {
            throw MLSError.violated(
                MLSCheck(
                    "CHK-EXTERNAL-04", "12.1.8", "a new member sent something else than an Add of itself"))
        }
        return package.leafNode.signatureKey
    }

    /// §12.4.3.2: the key of the leaf that the commit brings.
    private func newCommitter() throws -> [UInt8] {
        guard case .commit(let commit) = authenticated.content.content, let path = commit.path else {
            throw MLSError.violated(
                MLSCheck("CHK-EXTERNAL-05", "12.4.3.2", "an external commit is none, or lacks its path"))
        }
        return path.leafNode.signatureKey
    }
}
