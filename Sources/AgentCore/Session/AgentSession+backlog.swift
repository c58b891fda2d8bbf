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
                if !conversation.isBacklogSettled { await nameMissing(meeting) }
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
        while conversation.backlog(at: meeting) == .unread {
            let before = conversation.signsOfLife
            try await withDeadline(limit, clock: environment.clock) {
                for await _ in await self.activity() {
                    let conversation = await self.conversation
                    if conversation.backlog(at: meeting) != .unread || conversation.signsOfLife != before {
                        return
                    }
                }
                throw CancellationError()
            }
            try Task.checkCancellation()
        }
    }

    /// Those of our relays at which the group meets; elsewhere nobody would see what we send.
    ///
    /// - Throws: `Failure` (usage) when there are none.
    func meetingRelays(of group: MarmotGroup, for step: String) throws -> [RelayURL] {
        let meeting = environment.pool.relays.filter(group.relays.contains)
        guard meeting.isEmpty else { return meeting }
        throw Failure(
            .usage,
            "\(step): the group meets at \(group.data.relays.joined(separator: ", ")), and we are connected to \(environment.pool.relays.map(\.text).joined(separator: ", "))",
            hints: ["start again with \(group.data.relays.map { "--relay \($0)" }.joined(separator: " "))"])
    }
}
