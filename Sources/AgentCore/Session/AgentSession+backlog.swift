import Marmot
import Nostr
import Vocabulary

/// Before anything is sent to a group of an earlier run: what happened there meanwhile.
extension AgentSession {
    /// Returns when the relays of the session's group have delivered what they have: a change or a message made before that might belong to an epoch
    /// that is over.
    ///
    /// - Throws: `Failure`: usage when we are on none of its relays, unreachable when none of them has delivered.
    func catchUp(for step: String) async throws {
        let limits = environment.limits
        // What is in the backlog may make it unread once more: a new Nostr id, or other relays.
        while true {
            let meeting = Set(try meetingRelays(of: try await group(for: step), for: step))
            switch conversation.backlog(at: meeting) {
            case .read:
                guard !conversation.isBacklogSettled else { return }
                if try await isWaitingForMore(at: meeting) { continue }
                await nameMissing(meeting)
                return conversation.backlogIsRead()
            case .incomplete:
                guard !acceptsGaps else { return conversation.backlogIsRead() }
                throw Failure(
                    .unreachable,
                    "\(step): the relays keep back a part of what happened in the group, so that what we send might belong to an epoch that is over",
                    hints: [
                        "start again with another relay of the group that gives more (--relay)",
                        "or go on without it: `group use \(conversation.listeningTo?.prefix(12) ?? "") gaps=accept`",
                    ])
            case .unread:
                if let failure = conversation.backlogFailure { throw failure }
                if let refusal = conversation.refusal(of: meeting) {
                    throw Failure(
                        .unreachable, "\(step): no relay lets us read the group: \(refusal)",
                        hints: ["ask the relay's operator, or move the group to another relay"])
                }
                do {
                    try await withDeadline(limits.catchUpTotal, clock: environment.clock) {
                        try await self.waitWhileUnread(at: meeting, within: limits.catchUp)
                    }
                } catch is DeadlineExceeded {
                    let failure = Failure(
                        .unreachable, "no relay has delivered what happened in the group meanwhile",
                        hints: await environment.pool.troubles().map { "\($0)" }
                            + ["without that, what we send might belong to an epoch that is over"])
                    conversation.backlogFailed(failure)
                    throw failure
                }
            }
        }
    }

    /// Events that nobody can read may need a change of the group that another relay is about to tell, or that was published late.
    ///
    /// - Returns: whether the backlog has to be looked at once more.
    private func isWaitingForMore(at meeting: Set<RelayURL>) async throws -> Bool {
        func unreadable() async -> [Event] {
            guard let id = state.groupID else { return [] }
            return await environment.client.group(id)?.inbox.waiting ?? []
        }
        guard await !unreadable().isEmpty else { return false }
        do {
            // Junk that goes on coming in must not hold up anybody for ever.
            try await withDeadline(environment.limits.catchUp, clock: environment.clock) {
                try await self.waitWhileToldMore(at: meeting)
            }
        } catch is DeadlineExceeded {
            // What is missing is told below.
        }
        let waiting = await unreadable()
        guard let newest = waiting.map(\.createdAt).max() else { return false }
        if let searched = marks.byRelay.values.map(\.searchedAt).min(), newest > searched {
            let effects = conversation.searchLate()
            if !effects.isEmpty {
                await perform(effects)
                return true
            }
        }
        emit(
            .warning(
                "\(waiting.count) events of the group cannot be read: they are junk, or a change of the group is missing, and then nobody reads what we send; `group state` tells the epoch, which the others' must equal"
            ))
        return false
    }

    /// Returns when no relay is left that may still tell something, or when those that are left are silent.
    private func waitWhileToldMore(at meeting: Set<RelayURL>) async throws {
        while true {
            let slow = await environment.pool.slow()
            guard conversation.isBeingTold || !meeting.isDisjoint(with: slow) else { return }
            let before = conversation.signsOfLife
            do {
                try await withDeadline(environment.limits.catchUpOthers, clock: environment.clock) {
                    for await _ in await self.activity()
                    where await self.conversation.signsOfLife != before { return }
                    throw CancellationError()
                }
            } catch is DeadlineExceeded { return }
        }
    }

    /// Once one relay has told everything, those that have not are named.
    private func nameMissing(_ meeting: Set<RelayURL>) async {
        for trouble in await environment.pool.failures() where meeting.contains(trouble.relay) {
            emit(.warning("\(trouble); going on without it"))
        }
    }

    /// A relay that goes on telling has more time than one that tells nothing.
    ///
    /// - Parameter limit: for each sign of life.
    private func waitWhileUnread(at meeting: Set<RelayURL>, within limit: Duration) async throws {
        while conversation.backlog(at: meeting) == .unread, conversation.refusal(of: meeting) == nil {
            let before = conversation.signsOfLife
            try await withDeadline(limit, clock: environment.clock) {
                for await _ in await self.activity() {
                    let conversation = await self.conversation
                    if conversation.backlog(at: meeting) != .unread || conversation.signsOfLife != before
                        || conversation.refusal(of: meeting) != nil
                    {
                        return
                    }
                }
                throw CancellationError()
            }
            try Task.checkCancellation()
        }
    }

    /// Those of our relays at which the group meets, and where it met before another member moved it: an admin who names relays that nobody
    /// else uses must not end the conversation. All of ours where the group names none.
    func meeting(of group: MarmotGroup) -> [RelayURL] {
        let places = group.relays + group.formerRelays
        return places.isEmpty ? environment.pool.relays : environment.pool.relays.filter(places.contains)
    }

    /// - Throws: `Failure` (usage) when none of our relays is one of them: nobody would see what we send.
    func meetingRelays(of group: MarmotGroup, for step: String) throws -> [RelayURL] {
        let meeting = meeting(of: group)
        guard meeting.isEmpty else { return meeting }
        throw Failure(
            .usage,
            "\(step): the group meets at \(group.relays.map(\.text).joined(separator: ", ")), and we are connected to \(environment.pool.relays.map(\.text).joined(separator: ", "))",
            hints: ["start again with \(group.relays.map { "--relay \($0)" }.joined(separator: " "))"])
    }
}
