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
