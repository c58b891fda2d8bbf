import Cryptography

/// Decrypted content whose signature has not been verified. The only thing that can be done with it is to
/// verify it.
struct UnverifiedContent {
    private let authenticated: AuthenticatedContent

    init(_ authenticated: AuthenticatedContent) { self.authenticated = authenticated }

    /// Verifies the signature with the key of the sender that the content names (§6.1).
    ///
    /// - Parameter group: the group in the epoch of the message.
    func verified(in group: Group) throws -> AuthenticatedContent {
        let key: [UInt8]
        switch authenticated.content.sender {
        case .member(let index):
            guard let leaf = group.tree.leaf(at: index) else { throw Self.notAMember }
            key = leaf.signatureKey
        case .external(let index): key = try externalSender(index, group.context)
        case .newMemberProposal: key = try newMember()
        case .newMemberCommit: key = try newCommitter()
        }
        return try verified(context: group.context, signatureKey: key)
    }

    /// Verifies the signature with a key that the caller supplies, for members of a past epoch.
    func verified(context: GroupContext, signatureKey: [UInt8]?) throws -> AuthenticatedContent {
        guard let signatureKey else { throw Self.notAMember }
        try require(
            authenticated.hasValidSignature(context: context, publicKey: signatureKey), "CHK-FRAMING-05",
            "6.1",
            "the sender's signature is invalid")
        return authenticated
    }

    private static var notAMember: MLSError {
        .violated(MLSCheck("CHK-FRAMING-04", "6.1", "the sender is not a member"))
    }

    /// The key of an external sender, which must be listed in the group context and may only send proposals
    /// (§12.1.8.1).
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
                    "CHK-EXTERNAL-02", "12.1.8", "an external sender sent something other than a proposal"))
        }
        try require(
            [.add, .remove, .preSharedKey, .reInit, .groupContextExtensions].contains(proposal.type),
            "CHK-EXTERNAL-03", "12.1.8", "an external sender proposes what only members may propose")
        return sender.signatureKey
    }

    /// The key of somebody who asks to be added (§12.1.8).
    private func newMember() throws -> [UInt8] {
        guard case .proposal(.add(let package)) = authenticated.content.content else {
            throw MLSError.violated(
                MLSCheck(
                    "CHK-EXTERNAL-04", "12.1.8", "a new member sent something other than an Add of itself"))
        }
        return package.leafNode.signatureKey
    }

    /// The key of somebody who joins by an external commit; it is in the leaf of the commit's path
    /// (§12.4.3.2).
    private func newCommitter() throws -> [UInt8] {
        guard case .commit(let commit) = authenticated.content.content, let path = commit.path else {
            throw MLSError.violated(
                MLSCheck("CHK-EXTERNAL-05", "12.4.3.2", "an external commit is not a commit, or has no path"))
        }
        return path.leafNode.signatureKey
    }
}
