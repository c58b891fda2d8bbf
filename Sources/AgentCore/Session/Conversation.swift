import Cryptography
import Marmot
import Nostr
import Vocabulary

/// What a session knows of its conversation, and what follows from what comes in. Pure: no relay, clock or task is in here; the session
/// carries the effects out.
package struct Conversation: Sendable {
    /// What the session has to do.
    package enum Effect: Equatable, Sendable {
        case report(LogEvent)
        case listen(nostrGroupID: String)
        /// The group has another Nostr id by now.
        case stopListening(nostrGroupID: String)
        /// Send messages of ours that a rolled-back epoch took along, in the epoch that counts.
        case resendOwed
        /// Commit the proposals of members who want to leave.
        case commitLeaves
        /// Ask the relays for the whole group once more: deliveries were dropped.
        case listenAgain
    }

    /// How far the backlog of a group from an earlier run has been read.
    package enum Backlog: Equatable, Sendable {
        case unread
        /// At least one relay has delivered all it had.
        case partlyRead
        case read
    }

    /// What the session needs to know of the group after an event.
    package struct GroupView: Equatable, Sendable {
        package let nostrGroupID: String
        package let hasLeaveProposals: Bool
        /// Those of our relays at which it meets.
        package let meeting: Set<RelayURL>

        package init(nostrGroupID: String, hasLeaveProposals: Bool, meeting: Set<RelayURL>) {
            (self.nostrGroupID, self.hasLeaveProposals) = (nostrGroupID, hasLeaveProposals)
            self.meeting = meeting
        }
    }

    /// The Nostr group id that we are subscribed to; nil while there is no conversation.
    package private(set) var listeningTo: String?
    /// Why the conversation cannot go on, once it cannot.
    package private(set) var end: String?
    package private(set) var transcript: [ChatMessage] = []
    /// Where the next `expect reply` begins: number of a message.
    package private(set) var readUpTo = 0
    /// Why the backlog could not be read, so that a relay that never answers is waited for once, and not by every command. It counts
    /// for as long as the backlog is unread.
    package private(set) var backlogFailure: Failure?
    /// How many conversations began here: what comes late belongs to an earlier one.
    package private(set) var number = 0
    private var caughtUp = Set<RelayURL>()
    private var isCurrent = false
    private var nextNumber = 0
    private var announced: Announcement?
    private let transcriptLimit: Int

    private struct Announcement: Equatable {
        let epoch: UInt64
        let committer: XOnlyKey
    }

    package init(transcriptLimit: Int) { self.transcriptLimit = transcriptLimit }

    // MARK: Beginning and end

    /// - Parameter isNew: the group was created just now, so nothing can have happened in it that we do not know.
    package mutating func begin(_ nostrGroupID: String, isNew: Bool) -> [Effect] {
        number += 1
        end = nil
        announced = nil
        isCurrent = isNew
        forgetBacklog()
        listeningTo = nostrGroupID
        return [.listen(nostrGroupID: nostrGroupID)]
    }

    /// A commit gave the group a new Nostr id (MIP-01): events come under that one from now on. The conversation is the same.
    private mutating func follow(_ group: GroupView) -> [Effect] {
        guard let old = listeningTo, group.nostrGroupID != old else { return [] }
        listeningTo = group.nostrGroupID
        if !isCurrent { forgetBacklog() }
        // The new subscription stands before the old one ends.
        return [.listen(nostrGroupID: group.nostrGroupID), .stopListening(nostrGroupID: old)]
    }

    package mutating func stop() {
        listeningTo = nil
        announced = nil
    }

    /// - Throws: `Failure` when the conversation is over.
    package func requireOpen() throws {
        if let end { throw Failure(.protocolError, end, isRetryable: false) }
    }

    // MARK: Backlog

    /// - Parameter meeting: the relays at which the group meets.
    package func backlog(at meeting: Set<RelayURL>) -> Backlog {
        if isCurrent || meeting.isSubset(of: caughtUp) { return .read }
        return meeting.isDisjoint(with: caughtUp) ? .unread : .partlyRead
    }

    /// What relays have not delivered by now is not waited for any longer.
    package mutating func backlogIsRead() { isCurrent = true }

    package mutating func backlogFailed(_ failure: Failure) { backlogFailure = failure }

    /// - Parameter group: as it is now.
    package mutating func reachedEndOfStoredEvents(of relay: RelayURL, group: GroupView?) -> [Effect] {
        let wasRead = group.map { backlog(at: $0.meeting) == .read }
        caughtUp.insert(relay)
        return wasRead == false ? errands(in: group) : []
    }

    private mutating func forgetBacklog() {
        caughtUp = []
        backlogFailure = nil
    }

    /// Before the backlog is read these would belong to an epoch that may be over.
    private func errands(in group: GroupView?) -> [Effect] {
        guard let group, listeningTo != nil, !group.meeting.isEmpty, backlog(at: group.meeting) == .read
        else { return [] }
        return group.hasLeaveProposals ? [.resendOwed, .commitLeaves] : [.resendOwed]
    }

    package func subscriptionClosed(by relay: RelayURL, _ reason: String) -> [Effect] {
        [.report(.warning("\(relay) ended our subscription: \(reason.isEmpty ? "no reason given" : reason)"))]
    }

    /// More came in than the session could take: what happened meanwhile is not known until the relays have told it again.
    package mutating func overflowed() -> [Effect] {
        isCurrent = false
        forgetBacklog()
        return [
            .report(
                .warning("too many group events at once: some were dropped, and the relays are asked again")),
            .listenAgain,
        ]
    }

    // MARK: Messages and changes

    /// Number that the next message will get.
    package var cursor: Int { nextNumber }

    /// Reading never goes back: `from=start` makes no reply unread.
    package mutating func read(upTo number: Int) { readUpTo = max(readUpTo, number) }

    /// - Parameter now: seconds since 1970.
    @discardableResult
    package mutating func append(_ rumor: Rumor, isOurs: Bool, now: Int64) -> ChatMessage {
        let message = ChatMessage(
            id: rumor.id, number: nextNumber, text: rumor.content, kind: rumor.kind,
            sender: KeyText.npub(rumor.author), isOurs: isOurs, time: now * 1000)
        nextNumber += 1
        transcript.append(message)
        // Twice the limit, so that the oldest are not moved for every message.
        if transcript.count > 2 * transcriptLimit {
            transcript.removeFirst(transcript.count - transcriptLimit)
        }
        return message
    }

    /// Replies from a cursor on.
    package func replies(from cursor: Int) -> [ChatMessage] {
        transcript.filter { !$0.isOurs && $0.number >= cursor }
    }

    /// What one event from a relay led to: itself, and events that had waited for it.
    ///
    /// - Parameters:
    ///   - conversation: the `number` under which the event came in. Of an earlier conversation only the messages count.
    ///   - group: after it; nil when it is gone.
    ///   - now: seconds since 1970.
    package mutating func received(
        _ results: [Result<GroupReception, any Error>], in conversation: Int, group: GroupView?, now: Int64
    ) -> [Effect] {
        guard conversation == number else {
            return results.flatMap { result -> [Effect] in
                guard case .success(.message) = result else { return [] }
                return received(result, now: now)
            }
        }
        var effects = results.flatMap { received($0, now: now) }
        if let group { effects += follow(group) }
        return effects + errands(in: group)
    }

    /// Commits of our own are announced by a relay's OK or by their echo, whichever comes first.
    package mutating func announce(_ epoch: UInt64, by committer: XOnlyKey) -> [Effect] {
        let announcement = Announcement(epoch: epoch, committer: committer)
        guard announced != announcement else { return [] }
        announced = announcement
        return [.report(.epochChanged(epoch: Int(clamping: epoch), by: KeyText.npub(committer)))]
    }

    private mutating func received(_ result: Result<GroupReception, any Error>, now: Int64) -> [Effect] {
        switch result {
        case .success(.message(let rumor, let sender)):
            // Typing notices and the like are not replies (contracts/marmot.md section 7).
            guard rumor.kind == .chatMessage else { return [] }
            append(rumor, isOurs: false, now: now)
            return [.report(.reply(text: rumor.content, sender: KeyText.npub(sender)))]
        case .success(.epochChanged(let epoch, let committer)): return announce(epoch, by: committer)
        case .success(.rolledBack(let epoch, let committer, let withheld)):
            // The commit that was rolled back may have been the one that removed us.
            end = nil
            announced = nil
            var effects = announce(epoch, by: committer)
            effects.append(
                .report(
                    .warning(
                        "two members changed the group at the same time: the earlier commit counts, and the other one was rolled back (see group state)"
                    )))
            if withheld > 0 {
                effects.append(
                    .report(
                        .warning(
                            "\(withheld) of our messages will not be resent: the commit that was rolled back had removed a member who could read them now"
                        )))
            }
            return effects
        case .success(.removed(let committer)):
            end = "\(KeyText.npub(committer)) removed us from the group"
            return [.report(.removedFromGroup(by: KeyText.npub(committer)))]
        case .success(.proposal), .success(.duplicate), .success(.waiting): return []
        case .failure(let error): return [.report(.messageRejected(reason: "\(error)"))]
        }
    }
}
