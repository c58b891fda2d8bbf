import Cryptography
import MLS
import Nostr

/// The outcome of one of our own commits after a relay has accepted it.
package enum CommitOutcome: Equatable, Sendable {
    /// The commit took effect.
    case inForce
    /// Another member's commit of the same epoch takes precedence.
    case overtaken
}

extension MarmotGroup {
    /// Creates a commit. Store the group, publish `pendingCommit.event`, then call `confirmCommit`.
    ///
    /// - Throws: `MarmotError` for a change that the group's rules forbid; the group is left unchanged.
    package mutating func prepare(
        _ change: GroupChange, by account: XOnlyKey, now: Int64, random: some RandomSource
    ) throws {
        try requireOpen(for: change)
        guard pendingCommit == nil else {
            throw MarmotError.notPossible(
                "another change to this group is still being published; try again once it has finished")
        }
        if change != .updateKeys, change != .commitLeaves, !data.isAdmin(account) {
            throw MarmotError.notPossible("only an admin of the group can make this change")
        }
        let references = change == .commitLeaves ? leaveProposals(by: account).map(\.reference) : []
        if change == .commitLeaves, references.isEmpty {
            throw MarmotError.notPossible("nobody has asked to leave")
        }
        let commit = try mls.commit(
            inline: try proposals(for: change, by: account), references: references,
            rotatingSignatureKey: change == .updateKeys,
            capabilities: change == .updateKeys ? Marmot.capabilities : nil,
            // `KeyPackageEvent` has verified them.
            hasVerifiedKeyPackages: true, now: UInt64(max(now, 0)),
            random: random)
        try CommitPolicy.check(commit.staged, in: mls)
        let message = commit.message.encoded
        guard dialect == .chaCha || EncryptedPayload.plaintextLengths.contains(message.count) else {
            throw MarmotError.notPossible(
                "the change is too large for an MDK 0.6 group (limit: 65535 bytes when encrypted)")
        }
        let event = try GroupEvent.seal(
            message, for: mls, nostrGroupID: data.nostrGroupID, dialect: dialect, now: now, random: random)
        var next = self
        // The handshake key has been used, whatever happens to the commit.
        next.mls = commit.abandoned
        next.inbox.remember(event: event.id, message: SHA256.hash(message))
        next.pendingCommit = PendingCommit(
            event: event, invitations: try invitations(for: change, commit.welcome, by: account, now: now),
            next: commit.group)
        self = next
    }

    /// Call this once a relay has our commit: it takes effect, unless a commit that takes precedence was
    /// applied first.
    ///
    /// - Throws: `.notPossible` for an event that is not one of our recent commits.
    package mutating func confirmCommit(_ id: EventID) throws -> CommitOutcome {
        if let pending = pendingCommit, pending.event.id == id {
            try adopt(pending, before: mls)
            pendingCommit = nil
            return .inForce
        }
        guard let index = snapshots.firstIndex(where: { $0.own?.event.id == id }),
            let own = snapshots[index].own
        else { throw MarmotError.notPossible("that commit is not ours, or it is too old") }
        guard PendingCommit.precedes(own.event, snapshots[index].winner) else {
            return snapshots[index].winner.id == id ? .inForce : .overtaken
        }
        let before = snapshots[index].before.restored(from: mls)
        rollBack(throughSnapshot: index)
        try adopt(own, before: before)
        return .inForce
    }

    /// Call this when no relay accepted the commit: it is dropped as if it had never been made.
    package mutating func abandonCommit(_ id: EventID) {
        if pendingCommit?.event.id == id { pendingCommit = nil }
    }

    private mutating func adopt(_ commit: PendingCommit, before: Group) throws {
        // Messages received while the commit was in flight have used up keys of the epoch that is ending.
        let next = commit.next.withPastEpochs(from: before)
        let new = try GroupData(from: next.context.extensions)
        if new.relays != data.relays { forgetFormer() }
        data = new
        keepSnapshot(
            EpochSnapshot(
                before: before.withoutPastEpochs, winner: (commit.event.createdAt, commit.event.id),
                own: commit))
        mls = next
        isActive = true
        // Every commit of ours gives us fresh keys.
        if obstacle?.endsWithFreshKeys == true { obstacle = nil }
        undelivered += commit.invitations
    }

    /// Drops the snapshots from the newest one through `index`, and with them everything that happened in the
    /// epochs they started.
    ///
    /// - Returns: how many of our messages will not be resent. A message is not resent when the group after
    ///   the rollback has readers that it was not written for.
    @discardableResult
    mutating func rollBack(throughSnapshot index: Int) -> Int {
        let dropped = snapshots[...index].reversed()
        func accounts(_ group: Group) -> Set<XOnlyKey> {
            Set(group.members.compactMap { AccountCredential.account(of: $0.leaf.credential) })
        }
        let sent = dropped.flatMap(\.sent)
        let gainsReaders = !accounts(snapshots[index].before).isSubset(of: accounts(mls))
        if !gainsReaders {
            // A message that was resent and rolled back again is still a single message.
            var seen = Set<EventID>()
            unsent = Array(
                (unsent + sent).filter { seen.insert($0.id).inserted }.suffix(EpochSnapshot.messageLimit))
        }
        readBefore = Array((readBefore + dropped.flatMap(\.read)).suffix(EpochSnapshot.messageLimit))
        // Welcomes into epochs that are not rolled back still have to be delivered.
        for snapshot in dropped {
            guard let own = snapshot.own, own.event.id == snapshot.winner.id else { continue }
            undelivered.removeAll { own.invitations.contains($0) }
        }
        snapshots.removeSubrange(...index)
        return gainsReaders ? sent.count : 0
    }

    /// What our own commit does that is under way.
    package var pendingChanges: [LostChange] {
        pendingCommit.map { LostChange.between(mls, $0.next) } ?? []
    }

    /// Those that are not so in the group as it is.
    package func missing(_ changes: [LostChange]) -> [LostChange] { changes.filter { !$0.holds(in: mls) } }

    /// What commits of ours did that are in force now and would not be after this rollback, oldest first.
    func lostChanges(throughSnapshot index: Int) -> [LostChange] {
        snapshots[...index].reversed().flatMap { snapshot -> [LostChange] in
            guard let own = snapshot.own, own.event.id == snapshot.winner.id else { return [] }
            return LostChange.between(snapshot.before, own.next)
        }
    }

    /// Records the state before a commit that is about to be applied.
    mutating func keepSnapshot(_ snapshot: EpochSnapshot) {
        snapshots = Array(([snapshot] + snapshots).prefix(EpochSnapshot.limit))
    }

    // MARK: Proposals

    private func proposals(for change: GroupChange, by account: XOnlyKey) throws -> [Proposal] {
        switch change {
        case .invite(let invitees):
            try checkInvitees(invitees)
            return invitees.map { .add($0.keyPackage) }
        case .remove(let accounts): return try removals(of: accounts, by: account)
        case .rename(let name, let description):
            return [
                try replacing { data in
                    data.name = name ?? data.name
                    data.description = description ?? data.description
                }
            ]
        case .relays(let relays):
            guard !relays.isEmpty else { throw MarmotError.notPossible("a group needs at least one relay") }
            return [try replacing { $0.relays = Set(relays.map(\.text)).sorted() }]
        case .promote(let new):
            guard members.contains(new) else {
                throw MarmotError.notPossible("only a member can become an admin")
            }
            guard !data.isAdmin(new) else { throw MarmotError.notPossible("that member is already an admin") }
            return [try replacing { $0.admins = GroupData.ordered($0.admins + [new]) }]
        case .demote(let old):
            guard data.isAdmin(old) else { throw MarmotError.notPossible("that account is not an admin") }
            return [try replacing { data in data.admins.removeAll { $0 == old } }]
        case .updateKeys, .commitLeaves: return []
        }
    }

    private func checkInvitees(_ invitees: [KeyPackageEvent]) throws {
        guard !invitees.isEmpty else { throw MarmotError.notPossible("no account was given") }
        guard Set(invitees.map(\.account)).count == invitees.count else {
            throw MarmotError.notPossible("the same account is invited twice")
        }
        for invitee in invitees {
            guard !members.contains(invitee.account) else {
                throw MarmotError.notPossible("\(KeyText.npub(invitee.account)) is already a member")
            }
            guard invitee.dialect == dialect else {
                throw MarmotError.notPossible(
                    "a group cannot mix members on MDK 0.6 with members on newer clients: they cannot decrypt each other's messages"
                )
            }
        }
    }

    private func removals(of accounts: [XOnlyKey], by account: XOnlyKey) throws -> [Proposal] {
        guard !accounts.isEmpty else { throw MarmotError.notPossible("no account was given") }
        guard !accounts.contains(account) else {
            throw MarmotError.notPossible("you cannot remove yourself; use group leave instead")
        }
        let gone = Set(accounts)
        // Use the actual leaf indices: the tree may have blank leaves (audit Q), and an account may have
        // several leaves.
        let leaves = mls.members.filter {
            AccountCredential.account(of: $0.leaf.credential).map(gone.contains) ?? false
        }
        for account in accounts where !members.contains(account) {
            throw MarmotError.notPossible("\(KeyText.npub(account)) is not a member")
        }
        var proposals: [Proposal] = []
        if data.admins.contains(where: gone.contains) {
            proposals.append(try replacing { data in data.admins.removeAll(where: gone.contains) })
        }
        return proposals + leaves.map { .remove($0.index) }
    }

    /// A proposal that changes the group data and leaves all other extensions as they are.
    private func replacing(_ change: (inout GroupData) -> Void) throws -> Proposal {
        var data = data
        change(&data)
        try data.validate()
        return .groupContextExtensions(
            mls.context.extensions.map { $0.type == .marmotGroupData ? data.asExtension : $0 })
    }

    /// The pending proposals of members to leave that `account` may commit: an admin may commit all of them,
    /// others only SelfRemoves.
    package func leaveProposals(by account: XOnlyKey) -> [PendingProposal] {
        var leaving = Set<LeafIndex>()
        return mls.pendingProposals.filter { pending in
            guard case .member(let sender) = pending.sender, sender != mls.ownLeaf,
                mls.tree.leaf(at: sender) != nil
            else { return false }
            let goes =
                switch pending.proposal {
                case .selfRemove: true
                case .remove(let index): index == sender && data.isAdmin(account)
                default: false
                }
            // A member that proposed both a Remove and a SelfRemove counts once: a commit may touch a leaf
            // only once.
            return goes && leaving.insert(sender).inserted
        }
    }

    private func invitations(
        for change: GroupChange, _ welcome: Welcome?, by account: XOnlyKey, now: Int64
    ) throws -> [PendingCommit.Invitation] {
        guard case .invite(let invitees) = change else { return [] }
        guard let welcome else { throw MarmotError.notPossible("MLS produced no Welcome") }
        let entries = welcome.addressed
        return invitees.map { invitee in
            PendingCommit.Invitation(
                receiver: invitee.account,
                rumor: WelcomeEvent.rumor(
                    entries[invitee.keyPackage.reference] ?? welcome, from: account,
                    keyPackageEvent: invitee.event.id, relays: relays, now: now))
        }
    }

    // MARK: Leaving

    /// Proposes that we leave; another member has to commit it. The event must not be published before the
    /// group is stored.
    package mutating func leave(_ account: XOnlyKey, now: Int64, random: some RandomSource) throws -> Event {
        try requireOpen()
        guard !data.isAdmin(account) else {
            throw MarmotError.notPossible(
                "an admin has to step down before leaving: use group demote, then group leave")
        }
        // MDK 0.8 silently ignores a member's Remove of itself, while a SelfRemove must be supported by every
        // member (hazards 2 and 3).
        let everyoneSupportsIt = mls.members.allSatisfy {
            $0.leaf.capabilities.proposals.contains(.selfRemove)
        }
        var next = self
        let message =
            everyoneSupportsIt
            ? try next.mls.proposePublicly(.selfRemove)
            : try next.mls.propose(.remove(mls.ownLeaf), random: random)
        let bytes = message.encoded
        let event = try GroupEvent.seal(
            bytes, for: next.mls, nostrGroupID: data.nostrGroupID, dialect: dialect, now: now, random: random)
        next.inbox.remember(event: event.id, message: SHA256.hash(bytes))
        self = next
        return event
    }
}
