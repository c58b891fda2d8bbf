import Cryptography
import MLS
import Nostr

/// What became of a commit of ours when a relay had taken it.
package enum CommitOutcome: Equatable, Sendable {
    case inForce
    /// Another member's commit of the same epoch came first and counts.
    case overtaken
}

extension MarmotGroup {
    /// Makes a commit of ours: store the group, publish `pendingCommit.event`, then call `confirmCommit`.
    ///
    /// - Throws: `MarmotError` for what the group's rules forbid; the group stays as it was.
    package mutating func prepare(
        _ change: GroupChange, by account: XOnlyKey, now: Int64, random: some RandomSource
    )
        throws
    {
        guard isActive else { throw MarmotError.inactive }
        guard pendingCommit == nil else {
            throw MarmotError.notPossible(
                "a change of this group is on its way already; wait for it, or try again")
        }
        if change != .updateKeys, change != .letLeave, !data.isAdmin(account) {
            throw MarmotError.notPossible("only an admin of the group can do that")
        }
        let references = change == .letLeave ? leaveProposals(by: account).map(\.reference) : []
        if change == .letLeave, references.isEmpty { throw MarmotError.notPossible("nobody asks to leave") }
        let commit = try mls.commit(
            inline: try proposals(for: change, by: account), references: references,
            rotatingSignatureKey: change == .updateKeys,
            capabilities: change == .updateKeys ? Marmot.capabilities : nil,
            // `KeyPackageEvent` did.
            hasVerifiedKeyPackages: true, now: UInt64(max(now, 0)),
            random: random)
        try CommitPolicy.check(commit.staged, in: mls)
        let message = commit.message.encoded
        guard dialect == .chaCha || EncryptedPayload.plaintextLengths.contains(message.count) else {
            throw MarmotError.notPossible(
                "the change is too large for an MDK 0.6 group (65535 bytes encrypted)")
        }
        let event = try GroupEvent.seal(
            message, for: mls, nostrGroupID: data.nostrGroupID, dialect: dialect, now: now, random: random)
        var next = self
        // The handshake key is spent, whatever becomes of the commit.
        next.mls = commit.abandoned
        next.inbox.remember(event: event.id, message: SHA256.hash(message))
        next.pendingCommit = PendingCommit(
            event: event, invitations: try invitations(for: change, commit.welcome, by: account, now: now),
            next: commit.group)
        self = next
    }

    /// A relay has our commit: it comes into force, unless a better one was there first.
    ///
    /// - Throws: `.notPossible` for an event that is no commit of ours.
    package mutating func confirmCommit(_ id: EventID) throws -> CommitOutcome {
        if let pending = pendingCommit, pending.event.id == id {
            try adopt(pending, before: mls)
            pendingCommit = nil
            return .inForce
        }
        guard let index = snapshots.firstIndex(where: { $0.own?.event.id == id }),
            let own = snapshots[index].own
        else { throw MarmotError.notPossible("that commit is not ours, or too long ago") }
        guard PendingCommit.precedes(own.event, snapshots[index].winner) else {
            return snapshots[index].winner.id == id ? .inForce : .overtaken
        }
        let before = snapshots[index].before.restored(from: mls)
        undo(throughSnapshot: index)
        try adopt(own, before: before)
        return .inForce
    }

    /// No relay took it: as if it had never been made.
    package mutating func abandonCommit(_ id: EventID) {
        if pendingCommit?.event.id == id { pendingCommit = nil }
    }

    private mutating func adopt(_ commit: PendingCommit, before: Group) throws {
        // What was received while the commit was on its way has used up keys of the epoch that ends.
        let next = commit.next.following(before)
        data = try GroupData(from: next.context.extensions)
        keepSnapshot(
            EpochSnapshot(
                before: before.withoutPastEpochs, winner: (commit.event.createdAt, commit.event.id),
                own: commit))
        mls = next
        isActive = true
        undelivered += commit.invitations
    }

    /// Drops the snapshots up to `index`, newest first, and what happened in their epochs.
    ///
    /// - Returns: how many messages of ours are withheld. What was written for fewer readers is not sent to more.
    @discardableResult
    mutating func undo(throughSnapshot index: Int) -> Int {
        let undone = snapshots[...index].reversed()
        func accounts(_ group: Group) -> Set<XOnlyKey> {
            Set(group.members.compactMap { AccountCredential.account(of: $0.leaf.credential) })
        }
        let sent = undone.flatMap(\.sent)
        let isNarrower = !accounts(snapshots[index].before).isSubset(of: accounts(mls))
        if !isNarrower {
            // One that was sent again, and undone again, is one message still.
            var seen = Set<EventID>()
            unsent = Array(
                (unsent + sent).filter { seen.insert($0.id).inserted }.suffix(EpochSnapshot.messageLimit))
        }
        readBefore = Array((readBefore + undone.flatMap(\.read)).suffix(EpochSnapshot.messageLimit))
        // Welcomes into epochs that stay are still owed.
        for snapshot in undone {
            guard let own = snapshot.own, own.event.id == snapshot.winner.id else { continue }
            undelivered.removeAll { own.invitations.contains($0) }
        }
        snapshots.removeSubrange(...index)
        return isNarrower ? sent.count : 0
    }

    /// Before a commit is applied.
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
                throw MarmotError.notPossible("only a member can become admin")
            }
            guard !data.isAdmin(new) else { throw MarmotError.notPossible("that member is an admin already") }
            return [try replacing { $0.admins = GroupData.ordered($0.admins + [new]) }]
        case .demote(let old):
            guard data.isAdmin(old) else { throw MarmotError.notPossible("that member is no admin") }
            return [try replacing { data in data.admins.removeAll { $0 == old } }]
        case .updateKeys, .letLeave: return []
        }
    }

    private func checkInvitees(_ invitees: [KeyPackageEvent]) throws {
        guard !invitees.isEmpty else { throw MarmotError.notPossible("nobody is named") }
        guard Set(invitees.map(\.account)).count == invitees.count else {
            throw MarmotError.notPossible("somebody is invited twice")
        }
        for invitee in invitees {
            guard !members.contains(invitee.account) else {
                throw MarmotError.notPossible("\(KeyText.npub(invitee.account)) is a member already")
            }
            guard invitee.dialect == dialect else {
                throw MarmotError.notPossible(
                    "members with MDK 0.6 and with newer clients cannot read each other in one group")
            }
        }
    }

    private func removals(of accounts: [XOnlyKey], by account: XOnlyKey) throws -> [Proposal] {
        guard !accounts.isEmpty else { throw MarmotError.notPossible("nobody is named") }
        guard !accounts.contains(account) else {
            throw MarmotError.notPossible("one leaves with group leave, not by removing oneself")
        }
        let gone = Set(accounts)
        // By real leaf index: the tree has holes (audit Q), and an account may have several leaves.
        let leaves = mls.members.filter {
            AccountCredential.account(of: $0.leaf.credential).map(gone.contains) ?? false
        }
        for account in accounts where !members.contains(account) {
            throw MarmotError.notPossible("\(KeyText.npub(account)) is no member")
        }
        var proposals: [Proposal] = []
        if data.admins.contains(where: gone.contains) {
            proposals.append(try replacing { data in data.admins.removeAll(where: gone.contains) })
        }
        return proposals + leaves.map { .remove($0.index) }
    }

    /// All extensions stay as they are but for the group data.
    private func replacing(_ change: (inout GroupData) -> Void) throws -> Proposal {
        var data = data
        change(&data)
        try data.validate()
        return .groupContextExtensions(
            mls.context.extensions.map { $0.type == .marmotGroupData ? data.asExtension : $0 })
    }

    /// Proposals of members to go themselves, which `account` may commit: an admin all, others SelfRemoves.
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
            // Both ways at once would touch one leaf twice.
            return goes && leaving.insert(sender).inserted
        }
    }

    private func invitations(
        for change: GroupChange, _ welcome: Welcome?, by account: XOnlyKey, now: Int64
    ) throws -> [PendingCommit.Invitation] {
        guard case .invite(let invitees) = change else { return [] }
        guard let welcome else { throw MarmotError.notPossible("no Welcome was made") }
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

    /// Proposes that we go; somebody else commits it. The event must not go out before the group is stored.
    package mutating func leave(_ account: XOnlyKey, now: Int64, random: some RandomSource) throws -> Event {
        guard isActive else { throw MarmotError.inactive }
        guard !data.isAdmin(account) else {
            throw MarmotError.notPossible(
                "an admin steps down before leaving: group demote, then group leave")
        }
        // MDK 0.8 swallows a Remove of oneself; a SelfRemove needs everybody's support (hazards 2 and 3).
        let everyoneKnowsIt = mls.members.allSatisfy {
            $0.leaf.capabilities.proposals.contains(.selfRemove)
        }
        var next = self
        let message =
            everyoneKnowsIt
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
