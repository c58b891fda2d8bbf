/// A commit that is made or checked but not in force: `group` is the state once it is merged.
package struct StagedCommit: Sendable {
    package let committer: LeafIndex
    package let proposals: ProposalList
    /// Nil when the commit removes us: there is no next epoch for us.
    package let group: Group?
    /// The leaf that the commit's path brings; nil without a path.
    package let newLeaf: LeafNode?
    /// Its committer was no member before (§12.4.3.2); `committer` is then the place it takes.
    package let isExternal: Bool

    /// The commit ends the group: `group` is its last epoch, good only for making its successor (§11.2).
    package var reInit: Proposal.ReInit? {
        proposals.items.lazy.compactMap { if case .reInit(let reInit) = $0.proposal { reInit } else { nil } }
            .first
    }
}

/// What a committer sends out.
package struct OutgoingCommit: Sendable {
    package let staged: StagedCommit
    package let group: Group
    /// The group as it is if this commit never comes into force: its handshake key is spent all the same.
    package let abandoned: Group
    package let message: MLSMessage
    /// For the added members; nil without Adds.
    package let welcome: Welcome?
}
