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
            case .read: return conversation.backlogIsRead()
            case .unread:
                if let failure = conversation.backlogFailure { throw failure }
                do {
                    try await waitWhile(.unread, at: meeting, within: limits.catchUp)
                } catch is DeadlineExceeded {
                    let failure = Failure(
                        .unreachable, "no relay has delivered what happened in the group meanwhile",
                        hints: await environment.pool.troubles().map { "\($0)" }
                            + ["without that, what we send might belong to an epoch that is over"])
                    conversation.backlogFailed(failure)
                    throw failure
                }
            case .partlyRead:
                // The other relays get a moment; one that is down must not delay every command.
                do {
                    try await waitWhile(.partlyRead, at: meeting, within: limits.catchUpOthers)
                } catch is DeadlineExceeded {
                    for trouble in await environment.pool.troubles() { emit(.warning("\(trouble)")) }
                    if conversation.backlog(at: meeting) == .partlyRead { conversation.backlogIsRead() }
                }
            }
        }
    }

    /// - Throws: `DeadlineExceeded`; `CancellationError` for a wait that is interrupted, or that the end of the session ends.
    private func waitWhile(_ backlog: Conversation.Backlog, at meeting: Set<RelayURL>, within limit: Duration)
        async throws
    {
        try await withDeadline(limit, clock: environment.clock) {
            for await _ in await self.activity()
            where await self.conversation.backlog(at: meeting) != backlog { return }
            throw CancellationError()
        }
        try Task.checkCancellation()
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
