import Cryptography
import MLS
import Nostr

/// What a group event turned out to be.
package enum GroupReception: Equatable, Sendable {
    /// A rumor of a member, its author proven.
    case message(Rumor, from: XOnlyKey)
    /// The group has a new epoch.
    case epochChanged(UInt64, by: XOnlyKey)
    /// A better commit for an earlier epoch turned up: what came after that epoch is undone, the group is in the given epoch.
    /// - `withheld`: how many messages of ours are not sent again, because a member would read them whom an undone change had removed.
    case rolledBack(to: UInt64, by: XOnlyKey, withheld: Int)
    /// We were removed.
    case removed(by: XOnlyKey)
    /// Stored until somebody commits it.
    case proposal(String, from: XOnlyKey?)
    /// Seen before, or our own.
    case duplicate
    /// Waits for a commit that has not come.
    case waiting
}

extension MarmotGroup {
    /// Takes one group event; the state changes only when it is good. Call `retryWaiting` after an epoch change.
    ///
    /// - Parameter now: seconds since 1970.
    /// - Throws: `MarmotError`, `MLSError` or `RatchetError` for an event that is not acceptable, also on a second try.
    package mutating func receive(_ event: Event, now: Int64) throws -> GroupReception {
        var record: MessageRecord?
        return try receive(event, now: now, &record)
    }

    /// - Parameter record: set where a message was all that the event brought; everything else changes more than a record holds.
    mutating func receive(_ event: Event, now: Int64, _ record: inout MessageRecord?) throws -> GroupReception
    {
        try checkEnvelope(event, now: now)
        if let own = try receiveOwnCommit(event) { return own }
        if inbox.hasSeen(event: event.id) { return .duplicate }
        // Removed: the others go on without us, which is no error (audit AK). A better commit may still undo it.
        guard isActive || !snapshots.isEmpty else { return .duplicate }
        guard GroupEvent.isWellFormed(event) else {
            throw MarmotError.groupEventRejected("its content is neither of the two encryptions")
        }
        var next = self
        let bytes: [UInt8]
        do {
            let opened = try GroupEvent.open(event, for: mls, preferring: dialect)
            bytes = opened.message
            // The first event that decrypts settles which dialect this group speaks; later ones do not change it.
            if !next.isDialectSettled { next.dialect = opened.dialect }
            next.isDialectSettled = true
        } catch MarmotError.undecryptable {
            guard isActive else { return .duplicate }
            inbox.queue(event)
            return .waiting
        }
        // A relay can wrap one MLS message many times (replay wedge): what counts is the message.
        let hash = SHA256.hash(bytes)
        if inbox.hasSeen(message: hash) { return .duplicate }
        next.inbox.remember(event: event.id, message: hash)
        guard isActive else {
            let message = try MLSMessage(decoding: bytes)
            return try receiveLate(message, in: event, hash, epoch: message.epoch ?? mls.epoch, now: now)
        }
        do {
            let message = try MLSMessage(decoding: bytes)
            let isSettled = isDialectSettled
            switch try next.process(message, in: event, now: now) {
            case .changed(let reception):
                self = next
                return reception
            case .read(let application, let rumor, let sender):
                if isSettled {
                    record = MessageRecord(
                        direction: .received, epoch: application.epoch, leaf: application.sender,
                        generation: application.generation, event: event.id, messageHash: hash, rumor: nil,
                        rumorID: rumor.id)
                }
                self = next
                return .message(rumor, from: sender)
            }
        } catch MLSError.ownMessage {
            inbox.remember(event: event.id, message: hash)
            return .duplicate
        } catch MLSError.wrongEpoch(let epoch, let current) where epoch > current {
            inbox.queue(event)
            return .waiting
        } catch MLSError.wrongEpoch(let epoch, _) {
            return try receiveLate(MLSMessage(decoding: bytes), in: event, hash, epoch: epoch, now: now)
        } catch MLSError.unknownProposal {
            // The commit overtook its proposal.
            inbox.queue(event)
            return .waiting
        } catch RatchetError.tooFarAhead {
            inbox.queue(event)
            return .waiting
        } catch {
            // Remembered as failed, so that the work is not done again (audit AP).
            inbox.remember(event: event.id, message: hash)
            throw error
        }
    }

    /// Tries again what came too early; call it after `.epochChanged` and `.proposal`.
    package mutating func retryWaiting(now: Int64) -> [(
        event: Event, result: Result<GroupReception, any Error>
    )] {
        inbox.takeWaiting().map { event in
            (event, Result { try receive(event, now: now) })
        }
    }

    private func checkEnvelope(_ event: Event, now: Int64) throws {
        func check(_ condition: Bool, _ why: String) throws {
            guard condition else { throw MarmotError.groupEventRejected(why) }
        }
        try check(event.kind == .groupEvent, "its kind is \(event.kind), not 445")
        let groupTags = event.tags.all("h")
        try check(groupTags.count == 1, "it has \(groupTags.count) h tags instead of one")
        try check(
            Hex.decode(groupTags.first?.value ?? "") == data.nostrGroupID, "it is for another group")
        try check(event.content.utf8.count <= Marmot.contentLimitBytes, "it is too large")
        try check(event.tags.joinedLength <= Marmot.tagsLimitBytes, "its tags are too large")
        try check(
            event.createdAt >= now - Marmot.groupEventMaximumAgeSeconds, "it is older than 45 days")
        try check(
            event.createdAt <= now + Marmot.groupEventMaximumSkewSeconds, "it is dated in the future")
    }

    /// Our own commit coming back from a relay: it is out, whatever became of the OK.
    private mutating func receiveOwnCommit(_ event: Event) throws -> GroupReception? {
        let isPending = pendingCommit?.event.id == event.id
        guard
            isPending
                || snapshots.contains(where: { $0.own?.event.id == event.id && $0.winner.id != event.id })
        else { return nil }
        guard try confirmCommit(event.id) == .inForce, let me = account(at: mls.ownLeaf) else {
            return .duplicate
        }
        return isPending
            ? .epochChanged(mls.epoch, by: me) : .rolledBack(to: mls.epoch, by: me, withheld: 0)
    }

    /// A handshake for an epoch that is over. A commit that is better than the one applied then takes its place (section 5); the
    /// state of that epoch is a copy, so that a bad one spends nothing.
    private mutating func receiveLate(
        _ message: MLSMessage, in event: Event, _ hash: [UInt8], epoch: UInt64, now: Int64
    ) throws -> GroupReception {
        do {
            let reception = try replay(message, in: event, epoch: epoch, now: now)
            inbox.remember(event: event.id, message: hash)
            return reception
        } catch MLSError.unknownProposal {
            // The better commit overtook its proposal.
            inbox.queue(event)
            return .waiting
        } catch {
            inbox.remember(event: event.id, message: hash)
            throw error
        }
    }

    private mutating func replay(_ message: MLSMessage, in event: Event, epoch: UInt64, now: Int64) throws
        -> GroupReception
    {
        if case .privateMessage(let inner) = message, inner.contentType == .application {
            guard isActive else { return .duplicate }
            throw MLSError.wrongEpoch(message: epoch, group: mls.epoch)
        }
        guard let index = snapshots.firstIndex(where: { $0.before.epoch == epoch }) else { return .duplicate }
        if message.isProposal { return try keepLate(message, inSnapshot: index, now: now) }
        guard PendingCommit.precedes(event, snapshots[index].winner) else { return .duplicate }
        var next = self
        let withheld = next.undo(throughSnapshot: index)
        next.mls = snapshots[index].before.restored(from: mls)
        next.isActive = true
        next.data = try GroupData(from: next.mls.context.extensions)
        next.pendingCommit = nil
        let own = snapshots[index].own
        let processed: Processed
        do {
            processed = try next.process(message, in: event, now: now)
        } catch MLSError.ownMessage {
            return .duplicate
        }
        guard case .changed(let reception) = processed else { return .duplicate }
        switch reception {
        case .epochChanged(let epoch, let who):
            next.snapshots[0].own = own
            self = next
            return .rolledBack(to: epoch, by: who, withheld: withheld)
        case .removed:
            self = next
            return reception
        // Only commits decide; a late proposal or message of that epoch changes nothing (hazard 5).
        case .message, .proposal, .rolledBack, .duplicate, .waiting: return .duplicate
        }
    }

    /// A proposal of an epoch that is over: a better commit of it may name it.
    private mutating func keepLate(_ message: MLSMessage, inSnapshot index: Int, now: Int64) throws
        -> GroupReception
    {
        var before = snapshots[index].before
        guard case .proposal(let pending) = try before.process(message, now: UInt64(max(now, 0))) else {
            return .duplicate
        }
        try checkProposal(pending, in: before)
        snapshots[index].before = before
        var sender: XOnlyKey?
        if case .member(let leaf) = pending.sender {
            sender = before.tree.leaf(at: leaf).flatMap { AccountCredential.account(of: $0.credential) }
        }
        return .proposal(Self.describe(pending.proposal), from: sender)
    }

    private enum Processed {
        case read(ApplicationMessage, Rumor, from: XOnlyKey)
        case changed(GroupReception)
    }

    private mutating func process(_ message: MLSMessage, in event: Event, now: Int64) throws -> Processed {
        switch try mls.process(message, now: UInt64(max(now, 0))) {
        case .application(let application): return try read(application)
        case .proposal(let pending):
            try checkProposal(pending, in: mls)
            var sender: XOnlyKey?
            if case .member(let index) = pending.sender { sender = account(at: index) }
            return .changed(.proposal(Self.describe(pending.proposal), from: sender))
        case .commit(let staged):
            try CommitPolicy.check(staged, in: mls)
            guard let committer = account(at: staged.committer) else {
                throw MarmotError.ruleViolated("the committer has no account")
            }
            keepSnapshot(
                EpochSnapshot(
                    before: mls.withoutPastEpochs, winner: (event.createdAt, event.id), own: pendingCommit))
            pendingCommit = nil
            guard let group = staged.group else {
                isActive = false
                return .changed(.removed(by: committer))
            }
            mls = group
            data = try GroupData(from: group.context.extensions)
            return .changed(.epochChanged(group.epoch, by: committer))
        }
    }

    /// What no Marmot client sends by itself is not kept (section 5), and nobody fills our memory with the rest.
    private func checkProposal(_ pending: PendingProposal, in mls: Group) throws {
        guard case .member(let sender) = pending.sender else {
            throw MarmotError.ruleViolated("a proposal from outside the group")
        }
        // One that nobody may commit would only be in the way of the others'.
        let account = mls.tree.leaf(at: sender).flatMap { AccountCredential.account(of: $0.credential) }
        let leaves = pending.proposal == .selfRemove || pending.proposal == .remove(sender)
        let data = try GroupData(from: mls.context.extensions)
        if leaves, let account, data.isAdmin(account) {
            throw MarmotError.ruleViolated("an admin leaves without stepping down first")
        }
        switch pending.proposal {
        case .add, .remove: break
        case .selfRemove:
            // Hazard 3: one leaf without support makes the proposal uncommittable.
            guard mls.members.allSatisfy({ $0.leaf.capabilities.proposals.contains(.selfRemove) }) else {
                throw MarmotError.ruleViolated(
                    "a member leaves by SelfRemove, which not every member supports")
            }
        case .update, .preSharedKey, .reInit, .externalInit, .groupContextExtensions:
            throw MarmotError.ruleViolated("a proposal of a type that is not proposed in Marmot groups")
        }
        guard mls.pendingProposals.count <= Self.pendingProposalLimit else {
            throw MarmotError.ruleViolated("too many proposals are waiting for a commit")
        }
    }

    /// The rumor inside an application message; its author must be the sender (audit B), its id is computed.
    private mutating func read(_ application: ApplicationMessage) throws -> Processed {
        guard application.data.count <= Marmot.rumorLimitBytes else {
            throw MarmotError.ruleViolated("a message is larger than \(Marmot.rumorLimitBytes) bytes")
        }
        let rumor: Rumor
        do {
            rumor = try Rumor(json: application.data)
        } catch {
            throw MarmotError.ruleViolated("a message is \(error)")
        }
        guard let sender = AccountCredential.account(of: application.credential), rumor.author == sender
        else {
            throw MarmotError.ruleViolated("a message names another author than its sender")
        }
        // Sent again after an undone epoch, in which we had read it.
        if let index = readBefore.firstIndex(of: rumor.id) {
            readBefore.remove(at: index)
            return .changed(.duplicate)
        }
        if application.epoch == mls.epoch, !snapshots.isEmpty,
            snapshots[0].read.count < EpochSnapshot.messageLimit
        {
            snapshots[0].read.append(rumor.id)
        }
        return .read(application, rumor, from: sender)
    }

    private func account(at index: LeafIndex) -> XOnlyKey? {
        mls.tree.leaf(at: index).flatMap { AccountCredential.account(of: $0.credential) }
    }

    private static func describe(_ proposal: Proposal) -> String {
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

extension MLSMessage {
    /// Of a group message.
    fileprivate var epoch: UInt64? {
        switch self {
        case .privateMessage(let message): message.epoch
        case .publicMessage(let message): message.content.epoch
        case .welcome, .groupInfo, .keyPackage: nil
        }
    }

    fileprivate var isProposal: Bool {
        switch self {
        case .privateMessage(let message): message.contentType == .proposal
        case .publicMessage(let message): message.content.content.type == .proposal
        case .welcome, .groupInfo, .keyPackage: false
        }
    }
}
