import Cryptography
import MLS
import Nostr

/// Who may commit what (contracts/marmot.md section 5; audit A, C, D, G, L), judged against the group state
/// before the commit.
package enum CommitPolicy {
    /// - Parameter isTaken: whether another of our groups has this Nostr group id (audit AC).
    package static func check(
        _ commit: StagedCommit, in group: Group, isTaken: ([UInt8]) -> Bool = { _ in false }
    ) throws {
        func refuse(_ id: String, _ why: String) -> MarmotError { .ruleViolated(MarmotCheck(id, why)) }
        guard !commit.isExternal else {
            throw refuse("MAR-COMMIT-01", "somebody tries to join by an external commit")
        }
        guard commit.reInit == nil else {
            throw refuse("MAR-COMMIT-02", "a Marmot group cannot be reinitialized (ReInit)")
        }
        let data = try GroupData(from: group.context.extensions)
        guard let leaf = group.tree.leaf(at: commit.committer),
            let committer = AccountCredential.account(of: leaf.credential)
        else { throw refuse("MAR-COMMIT-03", "the committer's credential is not a Nostr account") }

        let isSelfRemovalOnly =
            !commit.proposals.items.isEmpty
            && commit.proposals.items.allSatisfy { $0.proposal == .selfRemove }
        let isSelfUpdate = commit.proposals.items.isEmpty && commit.newLeaf != nil
        guard data.isAdmin(committer) || isSelfUpdate || isSelfRemovalOnly else {
            throw refuse("MAR-COMMIT-04", "the committer is not an admin")
        }
        for item in commit.proposals.items {
            guard item.proposal == .selfRemove, case .member(let index) = item.sender else { continue }
            let leaving = group.tree.leaf(at: index).flatMap { AccountCredential.account(of: $0.credential) }
            if let leaving, data.isAdmin(leaving) {
                throw refuse("MAR-COMMIT-05", "an admin cannot leave without stepping down first")
            }
        }
        // Audit L: neither a path nor an Update may change a member's identity.
        if let new = commit.newLeaf, new.credential != leaf.credential {
            throw refuse("MAR-COMMIT-06", "the commit changes the committer's identity")
        }
        for item in commit.proposals.items {
            if case (.update(let new), .member(let index)) = (item.proposal, item.sender),
                new.credential != group.tree.leaf(at: index)?.credential
            {
                throw refuse("MAR-COMMIT-07", "an Update changes a member's identity")
            }
            if case .add(let package) = item.proposal,
                AccountCredential.account(of: package.leafNode.credential) == nil
            {
                throw refuse("MAR-COMMIT-08", "an added member's credential is not a Nostr account")
            }
        }
        guard let next = commit.group else { return }
        try checkExtensions(of: next, before: group)
        let accounts = Set(next.members.compactMap { AccountCredential.account(of: $0.leaf.credential) })
        let nextData = try GroupData(from: next.context.extensions)
        if nextData.relays != data.relays { try nextData.checkAddresses() }
        if nextData.nostrGroupID != data.nostrGroupID, isTaken(nextData.nostrGroupID) {
            throw refuse(
                "MAR-COMMIT-12", "the commit gives the group the Nostr id of another of our groups")
        }
        // Audit C: the group must keep at least one member who can administer it.
        guard nextData.admins.contains(where: accounts.contains) else {
            throw refuse("MAR-COMMIT-09", "the group would be left without an admin")
        }
    }

    private static func checkExtensions(of next: Group, before group: Group) throws {
        guard next.context.extensions != group.context.extensions else { return }
        guard let required = next.context.extensions.first(.requiredCapabilities) else {
            if group.context.extensions.first(.requiredCapabilities) == nil { return }
            throw MarmotError.ruleViolated(
                MarmotCheck("MAR-COMMIT-10", "the commit removes the group's required capabilities"))
        }
        guard try RequiredCapabilities(decoding: required.data).extensions.contains(.marmotGroupData) else {
            throw MarmotError.ruleViolated(
                MarmotCheck("MAR-COMMIT-11", "the commit drops the requirement to support Marmot group data"))
        }
    }
}
