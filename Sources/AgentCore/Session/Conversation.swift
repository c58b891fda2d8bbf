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
        /// Ask the relays once more for what is newer than this: there was no room for it. Seconds since 1970.
        case listenAgain(since: Int64)
        /// Look once more for events that were published late: something that came in cannot be read.
        case searchLate
    }

    /// How far the backlog of a group from an earlier run has been read.
    package enum Backlog: Equatable, Sendable {
        case unread
        /// Every relay that has delivered keeps a part of it back.
        case incomplete
        /// At least one relay has delivered all it had, and the others had their time.
        case read
    }

    /// The Nostr group id that we are subscribed to; nil while there is no conversation.
    package private(set) var listeningTo: String?
    /// Why the conversation cannot go on, once it cannot.
    package private(set) var end: String?
    package private(set) var transcript: [ChatMessage] = []
    /// npub of the agent; nil when nobody knows which of several members it is.
    package private(set) var agent: String?
    /// Where the next `expect reply` begins: number of a message.
    package private(set) var readUpTo = 0
    /// Why the backlog could not be read, so that a relay that never answers is waited for once, and not by every command. It counts
    /// for as long as the backlog is unread.
    package private(set) var backlogFailure: Failure?
    /// How many conversations began here: what comes late belongs to an earlier one.
    package private(set) var number = 0
    private var caughtUp = Set<RelayURL>()
    /// Relays that have more than they tell.
    private var incomplete = Set<RelayURL>()
    /// Relays that have told a page.
    private var telling = Set<RelayURL>()
    private var hasSearched = false
    /// Relays that ended the subscription for good, with their reasons.
    private var refusals: [RelayURL: String] = [:]
    /// Grows with each page that a relay told and each event that was dealt with.
    package private(set) var signsOfLife = 0
    private var isCurrent = false
    /// The group was made just now: no relay can have anything of it yet.
    package private(set) var isNew = false
    /// Events that are no messages of the group, since they were last told.
    private var junk = JunkCount()
    /// How often members have undone their removal.
    private var returns: [XOnlyKey: Int] = [:]
    /// It was told that none of the group's relays is ours.
    private var isElsewhere = false
    private var nextNumber = 0
    private var announced: Announcement?
    private let transcriptLimit: Int

    private struct Announcement: Equatable {
        let epoch: UInt64
        let committer: XOnlyKey
    }

    package init(transcriptLimit: Int) { self.transcriptLimit = transcriptLimit }

    // MARK: Beginning and end

    /// - Parameters:
    ///   - isNew: the group was created just now, so nothing can have happened in it that we do not know.
    ///   - agent: its npub; nil when nobody knows which of several members it is.
    package mutating func begin(_ nostrGroupID: String, isNew: Bool, agent: String? = nil) -> [Effect] {
        number += 1
        self.agent = agent
        end = nil
        announced = nil
        isCurrent = isNew
        self.isNew = isNew
        hasSearched = false
        (returns, isElsewhere) = ([:], false)
        forgetBacklog()
        listeningTo = nostrGroupID
        return [.listen(nostrGroupID: nostrGroupID)]
    }

    /// A commit gave the group a new Nostr id (MIP-01): events come under that one from now on. The conversation is the same.
    private mutating func follow(_ group: GroupView) -> [Effect] {
        guard let old = listeningTo, group.nostrGroupID != old else { return [] }
        listeningTo = group.nostrGroupID
        isNew = false
        if !isCurrent { forgetBacklog() }
        // The new subscription stands before the old one ends.
        return [.listen(nostrGroupID: group.nostrGroupID), .stopListening(nostrGroupID: old)]
    }

    private mutating func notice(_ group: GroupView) -> [Effect] {
        defer { isElsewhere = group.isElsewhere }
        guard group.isElsewhere, !isElsewhere else { return [] }
        return [.report(.warning(group.elsewhere))]
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
        if isCurrent || !meeting.isDisjoint(with: caughtUp) { return .read }
        return meeting.isDisjoint(with: incomplete) ? .unread : .incomplete
    }

    /// What relays have not delivered by now is not waited for any longer, and what they keep back is done without.
    package mutating func backlogIsRead() { isCurrent = true }

    /// Nothing is waited for any more.
    package var isBacklogSettled: Bool { isCurrent }

    package mutating func backlogFailed(_ failure: Failure) { backlogFailure = failure }

    package mutating func showedLife(_ relay: RelayURL? = nil) {
        signsOfLife += 1
        if let relay { telling.insert(relay) }
    }

    /// Relays that are telling what they have, and are not done.
    package var isBeingTold: Bool { !telling.subtracting(caughtUp).subtracting(incomplete).isEmpty }

    /// Events came in that need a change which nobody has told: whoever published it late has dated it back.
    package mutating func searchLate() -> [Effect] {
        guard !hasSearched else { return [] }
        hasSearched = true
        isCurrent = false
        forgetBacklog()
        return [.searchLate]
    }

    /// Why relays do not let us read the group, if all of them refuse it for good.
    package func refusal(of meeting: Set<RelayURL>) -> String? {
        guard !meeting.isEmpty, meeting.allSatisfy({ refusals[$0] != nil }) else { return nil }
        return meeting.map { "\($0): \(refusals[$0] ?? "")" }.sorted().joined(separator: "; ")
    }

    /// - Parameters:
    ///   - gaps: spans of time of which the relay has more than it tells.
    ///   - group: as it is now.
    package mutating func wasRead(_ relay: RelayURL, gaps: [ClosedRange<Int64>], group: GroupView?)
        -> [Effect]
    {
        let wasRead = group.map { backlog(at: $0.meeting) == .read }
        var effects = junk.summary().map { [Effect.report(.warning($0))] } ?? []
        if let gap = gaps.first {
            incomplete.insert(relay)
            effects.append(.report(.warning(Self.describe(gap, at: relay))))
        } else {
            caughtUp.insert(relay)
            incomplete.remove(relay)
        }
        if let group { effects += notice(group) }
        return effects + (wasRead == false ? errands(in: group) : [])
    }

    private static func describe(_ gap: ClosedRange<Int64>, at relay: RelayURL) -> String {
        let span =
            gap.lowerBound == gap.upperBound
            ? "of the second \(gap.lowerBound) (Unix time)"
            : "between \(gap.lowerBound) and \(gap.upperBound) (Unix time)"
        return
            "\(relay) has more events \(span) than it gives: messages or changes of the group may be missing"
    }

    private mutating func forgetBacklog() {
        (caughtUp, incomplete, telling, refusals) = ([], [], [], [:])
        backlogFailure = nil
    }

    /// Before the backlog is read these would belong to an epoch that may be over.
    private func errands(in group: GroupView?) -> [Effect] {
        guard let group, listeningTo != nil, !group.meeting.isEmpty, backlog(at: group.meeting) == .read
        else { return [] }
        return group.hasLeaveProposals ? [.resendOwed, .commitLeaves] : [.resendOwed]
    }

    package mutating func subscriptionClosed(by relay: RelayURL, _ reason: String, isFinal: Bool) -> [Effect]
    {
        if isFinal { refusals[relay] = reason }
        signsOfLife += 1
        return closed(by: relay, reason)
    }

    private func closed(by relay: RelayURL, _ reason: String) -> [Effect] {
        [.report(.warning("\(relay) ended our subscription: \(reason.isEmpty ? "no reason given" : reason)"))]
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
            sender: KeyText.npub(rumor.author), isOurs: isOurs,
            isAgents: !isOurs && KeyText.npub(rumor.author) == agent, time: now * 1000)
        nextNumber += 1
        transcript.append(message)
        // Twice the limit, so that the oldest are not moved for every message.
        if transcript.count > 2 * transcriptLimit {
            transcript.removeFirst(transcript.count - transcriptLimit)
        }
        return message
    }

    /// Replies from a cursor on.
    package func replies(from cursor: Int, by speaker: Speaker = .agent) -> [ChatMessage] {
        transcript.filter { message in
            guard !message.isOurs, message.number >= cursor else { return false }
            return switch speaker {
            case .agent: message.isAgents || agent == nil
            case .anybody: true
            case .account(let npub): message.sender == npub
            }
        }
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
        if let group { effects += follow(group) + notice(group) }
        if let since = group?.missingSince, results.contains(where: \.isChange) {
            effects += [
                .report(
                    .warning(
                        "more events waited for this change than there was room for: the relays are asked for them once more"
                    )), .listenAgain(since: since),
            ]
        }
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
        case .success(.message(let rumor, _)):
            // Typing notices and the like are not replies (contracts/marmot.md section 7).
            guard rumor.kind == .chatMessage else { return [] }
            let message = append(rumor, isOurs: false, now: now)
            return [
                .report(
                    message.isAgents || agent == nil
                        ? .reply(text: rumor.content, sender: message.sender, as: message.speaker)
                        : .message(text: rumor.content, sender: message.sender, as: message.speaker))
            ]
        case .success(.epochChanged(let epoch, let committer)): return announce(epoch, by: committer)
        case .success(.rolledBack(let epoch, let committer, let withheld, let lost, let returned)):
            // The commit that was rolled back may have been the one that removed us.
            end = nil
            announced = nil
            let effects = announce(epoch, by: committer)
            if returned { returns[committer, default: 0] += 1 }
            let report = RollbackReport(
                committer: committer, returns: returned ? returns[committer] : nil, withheld: withheld,
                lost: lost)
            return effects + report.warnings.map { .report(.warning($0)) }
        case .success(.removed(let committer)):
            end = "\(KeyText.npub(committer)) removed us from the group"
            return [.report(.removedFromGroup(by: KeyText.npub(committer)))]
        case .success(.proposal), .success(.duplicate), .success(.waiting): return []
        case .success(.blocked(let obstacle)): return [.report(.warning("\(obstacle): see `group renew`"))]
        case .failure(MarmotError.groupEventRejected(let check)):
            // Anybody can send as many of these as they like.
            return junk.add("\(check)").map { [.report(.warning($0))] } ?? []
        case .failure(let error): return [.report(.messageRejected(reason: "\(error)"))]
        }
    }
}

extension Result<GroupReception, any Error> {
    /// What waited may be readable now.
    var isChange: Bool {
        switch self {
        case .success(.epochChanged), .success(.rolledBack): true
        default: false
        }
    }

    /// The group is another one, or over.
    var isChangeOrEnd: Bool {
        if case .success(.removed) = self { return true }
        return isChange
    }
}
