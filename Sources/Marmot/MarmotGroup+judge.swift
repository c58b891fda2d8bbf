import Cryptography
import MLS
import Nostr

/// What of a group event and its contents is refused (docs/marmot-checks.md).
extension MarmotGroup {
    func checkEnvelope(_ event: Event, now: Int64) throws {
        func check(_ condition: Bool, _ id: String, _ why: String) throws {
            guard condition else { throw MarmotError.groupEventRejected(MarmotCheck(id, why)) }
        }
        try check(event.kind == .groupEvent, "MAR-EVENT-01", "its kind is \(event.kind), not 445")
        let groupTags = event.tags.all("h")
        try check(
            groupTags.count == 1, "MAR-EVENT-02", "it has \(groupTags.count) h tags instead of one")
        try check(
            Hex.decode(groupTags.first?.value ?? "") == data.nostrGroupID, "MAR-EVENT-03",
            "it is for another group")
        try check(
            event.content.utf8.count <= Marmot.contentLimitBytes, "MAR-EVENT-04", "it is too large")
        try check(
            event.tags.joinedLength <= Marmot.tagsLimitBytes, "MAR-EVENT-05", "its tags are too large")
        try check(
            event.createdAt >= now - Marmot.groupEventMaximumAgeSeconds, "MAR-EVENT-06",
            "it is older than 45 days")
        try check(
            event.createdAt <= now + Marmot.groupEventMaximumSkewSeconds, "MAR-EVENT-07",
            "it is dated in the future")
    }

    /// - Returns: who made the commit.
    func judge(_ commit: StagedCommit, isTaken: ([UInt8]) -> Bool) throws -> XOnlyKey {
        guard let committer = account(at: commit.committer) else {
            throw MarmotError.ruleViolated(
                MarmotCheck("MAR-COMMIT-03", "the committer's credential is not a Nostr account"))
        }
        do {
            try CommitPolicy.check(commit, in: mls, isTaken: isTaken)
        } catch MarmotError.ruleViolated(let check) where check.leavesUsBehind {
            throw MarmotError.partedWays(by: committer, check)
        }
        return committer
    }

    /// Rejects proposals that no Marmot client sends on their own (section 5); limits the number of others.
    func checkProposal(_ pending: PendingProposal, in mls: Group) throws {
        guard case .member(let sender) = pending.sender else {
            throw MarmotError.ruleViolated(
                MarmotCheck("MAR-PROPOSAL-01", "the proposal comes from outside the group"))
        }
        // A proposal that nobody may commit would only block the others.
        let account = mls.tree.leaf(at: sender).flatMap { AccountCredential.account(of: $0.credential) }
        let leaves = pending.proposal == .selfRemove || pending.proposal == .remove(sender)
        let data = try GroupData(from: mls.context.extensions)
        if leaves, let account, data.isAdmin(account) {
            throw MarmotError.ruleViolated(
                MarmotCheck("MAR-PROPOSAL-02", "an admin cannot leave without stepping down first"))
        }
        switch pending.proposal {
        case .add, .remove: break
        case .selfRemove:
            // Hazard 3: a single leaf without support makes the proposal impossible to commit.
            guard mls.members.allSatisfy({ $0.leaf.capabilities.proposals.contains(.selfRemove) }) else {
                throw MarmotError.ruleViolated(
                    MarmotCheck(
                        "MAR-PROPOSAL-03", "a member proposes a SelfRemove, which not every member supports"))
            }
        case .update, .preSharedKey, .reInit, .externalInit, .groupContextExtensions:
            throw MarmotError.ruleViolated(
                MarmotCheck("MAR-PROPOSAL-04", "Marmot groups do not allow proposals of this type"))
        }
        guard mls.pendingProposals.count <= Self.pendingProposalLimit else {
            throw MarmotError.ruleViolated(
                MarmotCheck("MAR-PROPOSAL-05", "too many proposals are already waiting for a commit"))
        }
    }

    func account(at index: LeafIndex) -> XOnlyKey? {
        mls.tree.leaf(at: index).flatMap { AccountCredential.account(of: $0.credential) }
    }

    static func describe(_ proposal: Proposal) -> String {
        switch proposal {
        case .add: "add"
        case .update: "update"
        case .remove: "remove"
        case .preSharedKey: "pre-shared key"
        case .reInit: "re-init"
        case .externalInit: "external init"
        case .groupContextExtensions: "group context extensions"
        case .selfRemove: "leave"
        }
    }
}
