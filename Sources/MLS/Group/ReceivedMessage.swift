/// What a group message turned out to be, after all checks.
package enum ReceivedMessage: Sendable {
    case application(ApplicationMessage)
    /// Stored for a later commit.
    case proposal(PendingProposal)
    /// Checked, not in force: the caller decides and then takes `StagedCommit.group`.
    case commit(StagedCommit)
}

/// Decrypted application data with its authenticated sender.
package struct ApplicationMessage: Equatable, Sendable {
    package let sender: LeafIndex
    package let credential: Credential
    package let epoch: UInt64
    /// Of the sender's application ratchet.
    package let generation: UInt32
    package let data: [UInt8]
    package let authenticatedData: [UInt8]
}

/// Content that is decrypted but whose signature was not looked at: it can only be turned into a checked one.
struct UnverifiedContent {
    private let authenticated: AuthenticatedContent
    let sender: LeafIndex

    init(_ authenticated: AuthenticatedContent) throws {
        guard case .member(let leaf) = authenticated.content.sender else {
            throw MLSError.unsupported("a message from a sender outside the group")
        }
        self.authenticated = authenticated
        sender = leaf
    }

    func verified(context: GroupContext, signatureKey: [UInt8]?) throws -> AuthenticatedContent {
        guard let signatureKey else {
            throw MLSError.violated(MLSCheck("CHK-FRAMING-04", "6.1", "the sender is not a member"))
        }
        try require(
            authenticated.hasValidSignature(context: context, publicKey: signatureKey), "CHK-FRAMING-05",
            "6.1",
            "the sender's signature is invalid")
        return authenticated
    }
}
