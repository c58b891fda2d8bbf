/// A commit that has been created or validated but has not taken effect; `group` is the state after merging
/// it.
package struct StagedCommit: Sendable {
    package let committer: LeafIndex
    package let proposals: ProposalList
    /// Nil if the commit removes us, so that there is no next epoch for us.
    package let group: Group?
    /// The committer's new leaf from the commit's path; nil if there is no path.
    package let newLeaf: LeafNode?
    /// Whether the committer joins by this commit (§12.4.3.2). In that case `committer` is the leaf that it
    /// gets.
    package let isExternal: Bool

    /// Not nil if the commit ends the group. In that case `group` is its last epoch and serves only to create
    /// the successor (§11.2).
    package var reInit: Proposal.ReInit? {
        proposals.items.lazy.compactMap { if case .reInit(let reInit) = $0.proposal { reInit } else { nil } }
            .first
    }
}

/// A commit of our own, with the messages to send.
package struct OutgoingCommit: Sendable {
    package let staged: StagedCommit
    package let group: Group
    /// The state of the group if this commit never takes effect. It differs from the state before in that the
    /// handshake key has been used up.
    package let abandoned: Group
    package let message: MLSMessage
    /// The Welcome for the added members; nil if there are none.
    package let welcome: Welcome?
}
