import Cryptography
import MLS
import Nostr

/// The effect of a received group event.
package enum GroupReception: Equatable, Sendable {
    /// A member's rumor; its author has been verified.
    case message(Rumor, from: XOnlyKey)
    /// The group has a new epoch.
    case epochChanged(UInt64, by: XOnlyKey)
    /// A commit of an earlier epoch turned up that takes precedence over the one applied: everything after
    /// that epoch was rolled back, and the group is now in the given epoch.
    /// - `withheld`: how many of our messages are not resent because the rollback brought back a member who
    ///   was not meant to read them.
    /// - `lost`: what commits of ours had done that were rolled back, as far as the group is not that way all the same.
    /// - `returned`: the commit's author had been removed by what was rolled back.
    case rolledBack(
        to: UInt64, by: XOnlyKey, withheld: Int, lost: [LostChange] = [], returned: Bool = false)
    /// We were removed from the group.
    case removed(by: XOnlyKey)
    /// A proposal, kept until somebody commits it.
    case proposal(String, from: XOnlyKey?)
    /// Seen before, our own, or without effect.
    case duplicate
    /// Queued, because a commit that it depends on has not arrived.
    case waiting
    /// A message of our own that this state does not know: nothing may be sent any more, for this reason.
    case blocked(Obstacle)
}

extension MarmotGroup {
    /// Processes one group event. A rejected event changes nothing except that it is remembered. Call
    /// `retryWaiting` after an epoch change.
    ///
    /// - Parameters:
    ///   - now: seconds since 1970.
    ///   - isTaken: whether another group of ours has this Nostr group id.
    /// - Throws: `MarmotError`, `MLSError` or `RatchetError` for an event that will never be acceptable.
    package mutating func receive(
        _ event: Event, now: Int64, isTaken: ([UInt8]) -> Bool = { _ in false }
    ) throws -> GroupReception {
        var record: MessageRecord?
        return try receive(event, now: now, isTaken: isTaken, &record)
    }

    /// - Parameter record: set for a message only; other events change more than a record can describe.
    mutating func receive(
        _ event: Event, now: Int64, isTaken: ([UInt8]) -> Bool, _ record: inout MessageRecord?
    ) throws -> GroupReception {
        try checkEnvelope(event, now: now)
        if let own = try receiveOwnCommit(event) { return own }
        if inbox.hasSeen(event: event.id) { return .duplicate }
        // After our removal the others carry on without us, which is not an error (audit AK). A commit that
        // takes precedence may still revert the removal.
        guard isActive || !snapshots.isEmpty else { return .duplicate }
        guard GroupEvent.isWellFormed(event) else {
            throw MarmotError.groupEventRejected(
                MarmotCheck("MAR-EVENT-08", "its content matches neither of the two encryptions"))
        }
        var next = self
        let bytes: [UInt8]
        do {
            let opened = try GroupEvent.open(event, for: mls, preferring: dialect)
            bytes = opened.message
            // The first event that decrypts determines the group's dialect; later ones do not change it.
            if !next.isDialectSettled { next.dialect = opened.dialect }
            next.isDialectSettled = true
        } catch MarmotError.undecryptable {
            guard isActive else { return .duplicate }
            inbox.queue(event)
            return .waiting
        }
        // Anyone can wrap one MLS message in many events (replay wedge), so compare the message as well.
        let hash = SHA256.hash(bytes)
        if inbox.hasSeen(message: hash) { return .duplicate }
        next.inbox.remember(event: event.id, message: hash)
        guard isActive else {
            let message = try MLSMessage(decoding: bytes)
            return try receiveLate(
                message, in: event, hash, epoch: message.epoch ?? mls.epoch, now: now, isTaken: isTaken)
        }
        do {
            let message = try MLSMessage(decoding: bytes)
            let isSettled = isDialectSettled
            switch try next.process(message, in: event, now: now, isTaken: isTaken) {
            case .changed(let reception):
                self = next
                return reception
            case .read(let application, let rumor, let sender):
                if isSettled {
                    record = MessageRecord(
                        direction: .received, epoch: application.epoch, leaf: application.sender,
                        generation: application.generation, event: event.id, messageHash: hash, rumor: rumor,
                        rumorID: rumor.id)
                }
                self = next
                return .message(rumor, from: sender)
            }
        } catch MLSError.ownMessage {
            inbox.remember(event: event.id, message: hash)
            return try receiveUnknownOwn(MLSMessage(decoding: bytes))
        } catch MLSError.wrongEpoch(let epoch, let current) where epoch > current {
            inbox.queue(event)
            return .waiting
        } catch MLSError.wrongEpoch(let epoch, _) {
            return try receiveLate(
                MLSMessage(decoding: bytes), in: event, hash, epoch: epoch, now: now, isTaken: isTaken)
        } catch MLSError.unknownProposal {
            // The commit arrived before its proposal.
            inbox.queue(event)
            return .waiting
        } catch RatchetError.generationConsumed {
            // Read before, so long ago that its id is forgotten, or wrapped once more.
            inbox.remember(event: event.id, message: hash)
            return .duplicate
        } catch RatchetError.tooFarAhead {
            inbox.queue(event)
            return .waiting
        } catch {
            // Remember the failure, so that the work is not repeated (audit AP).
            inbox.remember(event: event.id, message: hash)
            if case MarmotError.partedWays(let member, let check) = error {
                obstacle = obstacle ?? .leftBehind(by: member, why: "\(check)")
            }
            throw error
        }
    }

    /// Retries queued events; call it after `.epochChanged`, `.rolledBack` and `.proposal`.
    package mutating func retryWaiting(now: Int64, isTaken: ([UInt8]) -> Bool = { _ in false }) -> [(
        event: Event, result: Result<GroupReception, any Error>
    )] {
        inbox.takeWaiting().map { event in
            (event, Result { try receive(event, now: now, isTaken: isTaken) })
        }
    }

    /// Handles our own commit coming back from a relay: it has been published, even if no OK reached us.
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

    /// Handles a handshake message for an epoch that is over. A commit that takes precedence over the one
    /// applied replaces it (section 5). It is processed on a copy of that epoch's state, so that an invalid
    /// one uses up nothing.
    private mutating func receiveLate(
        _ message: MLSMessage, in event: Event, _ hash: [UInt8], epoch: UInt64, now: Int64,
        isTaken: ([UInt8]) -> Bool
    ) throws -> GroupReception {
        do {
            let reception = try replay(message, in: event, epoch: epoch, now: now, isTaken: isTaken)
            inbox.remember(event: event.id, message: hash)
            return reception
        } catch MLSError.unknownProposal {
            // The commit arrived before its proposal.
            inbox.queue(event)
            return .waiting
        } catch {
            inbox.remember(event: event.id, message: hash)
            throw error
        }
    }

    private mutating func replay(
        _ message: MLSMessage, in event: Event, epoch: UInt64, now: Int64, isTaken: ([UInt8]) -> Bool
    ) throws -> GroupReception {
        if case .privateMessage(let inner) = message, inner.contentType == .application {
            guard isActive else { return .duplicate }
            throw MLSError.wrongEpoch(message: epoch, group: mls.epoch)
        }
        guard let index = snapshots.firstIndex(where: { $0.before.epoch == epoch }) else { return .duplicate }
        if message.isProposal { return try keepLate(message, inSnapshot: index, now: now) }
        guard PendingCommit.precedes(event, snapshots[index].winner) else { return .duplicate }
        var next = self
        let lost = lostChanges(throughSnapshot: index)
        let withheld = next.rollBack(throughSnapshot: index)
        next.mls = snapshots[index].before.restored(from: mls)
        next.isActive = true
        next.data = try GroupData(from: next.mls.context.extensions)
        next.pendingCommit = nil
        let own = snapshots[index].own
        let processed: Processed
        do {
            processed = try next.process(message, in: event, now: now, isTaken: isTaken)
        } catch MLSError.ownMessage {
            // It takes precedence, so the others follow it.
            guard snapshots[index].before.isOwn(message) else { return .duplicate }
            obstacle = .overtakenByOurselves
            return .blocked(.overtakenByOurselves)
        }
        guard case .changed(let reception) = processed else { return .duplicate }
        switch reception {
        case .epochChanged(let epoch, let who):
            next.snapshots[0].own = own
            let returned = isActive && !members.contains(who)
            self = next
            return .rolledBack(
                to: epoch, by: who, withheld: withheld, lost: next.missing(lost), returned: returned)
        case .removed:
            self = next
            return reception
        // Only commits matter here; a late proposal or message of that epoch changes nothing (hazard 5).
        case .message, .proposal, .rolledBack, .duplicate, .waiting, .blocked: return .duplicate
        }
    }

    /// Keeps a proposal of an epoch that is over, because a commit that takes precedence may refer to it.
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

    private mutating func process(
        _ message: MLSMessage, in event: Event, now: Int64, isTaken: ([UInt8]) -> Bool
    ) throws -> Processed {
        switch try mls.process(message, now: UInt64(max(now, 0))) {
        case .application(let application): return try read(application)
        case .proposal(let pending):
            try checkProposal(pending, in: mls)
            var sender: XOnlyKey?
            if case .member(let index) = pending.sender { sender = account(at: index) }
            return .changed(.proposal(Self.describe(pending.proposal), from: sender))
        case .commit(let staged):
            let committer = try judge(staged, isTaken: isTaken)
            keepSnapshot(
                EpochSnapshot(
                    before: mls.withoutPastEpochs, winner: (event.createdAt, event.id), own: pendingCommit))
            pendingCommit = nil
            guard let group = staged.group else {
                isActive = false
                return .changed(.removed(by: committer))
            }
            mls = group
            let before = data.relays
            data = try GroupData(from: group.context.extensions)
            keepFormer(before)
            return .changed(.epochChanged(group.epoch, by: committer))
        }
    }

    /// The rumor inside an application message. Its author must be the sender (audit B), and its id is
    /// computed, not taken from the message.
    private mutating func read(_ application: ApplicationMessage) throws -> Processed {
        guard application.data.count <= Marmot.rumorLimitBytes else {
            throw MarmotError.ruleViolated(
                MarmotCheck("MAR-MESSAGE-01", "the message is larger than \(Marmot.rumorLimitBytes) bytes"))
        }
        let rumor: Rumor
        do {
            rumor = try Rumor(json: application.data)
        } catch {
            throw MarmotError.ruleViolated(
                MarmotCheck("MAR-MESSAGE-02", "the message is \(error)"))
        }
        guard let sender = AccountCredential.account(of: application.credential), rumor.author == sender
        else {
            throw MarmotError.ruleViolated(
                MarmotCheck("MAR-MESSAGE-03", "the author of the message is not the member who sent it"))
        }
        // Resent because its epoch was rolled back, but we had already read it there.
        if let index = readBefore.firstIndex(of: rumor.id) {
            readBefore.remove(at: index)
            return .changed(.duplicate)
        }
        if application.epoch == mls.epoch, !snapshots.isEmpty,
            snapshots[0].read.count < EpochSnapshot.messageLimit
        {
            snapshots[0].read.append(rumor.id)
        }
        // Somebody else is in our epoch: the others have not gone on without us.
        if application.epoch == mls.epoch, case .leftBehind = obstacle { obstacle = nil }
        unshown.append(UnshownMessage(rumor))
        return .read(application, rumor, from: sender)
    }
}
