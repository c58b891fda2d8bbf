/// A group message that has passed all checks.
package enum ReceivedMessage: Sendable {
    case application(ApplicationMessage)
    /// A proposal, kept for a later commit.
    case proposal(PendingProposal)
    /// A valid commit that has not taken effect. To accept it, the caller replaces its group with
    /// `StagedCommit.group`.
    case commit(StagedCommit)
}

/// Decrypted application data and its authenticated sender.
package struct ApplicationMessage: Equatable, Sendable {
    package let sender: LeafIndex
    package let credential: Credential
    package let epoch: UInt64
    /// The generation of the sender's application ratchet.
    package let generation: UInt32
    package let data: [UInt8]
    package let authenticatedData: [UInt8]
}
