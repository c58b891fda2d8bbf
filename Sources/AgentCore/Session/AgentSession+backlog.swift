import Marmot
import Nostr
import Vocabulary

/// Before anything is sent to a group of an earlier run: what happened there meanwhile.
extension AgentSession {
    /// Returns when the relays of a group have delivered what they have: a change or a message made before that might belong to an epoch
    /// that is over.
    ///
    /// - Throws: `Failure`: usage when we are on none of its relays, unreachable when none of them has delivered.
    func catchUp(_ group: MarmotGroup, for step: String) async throws {
        let meeting = Set(try meetingRelays(of: group, for: step))
        guard conversation.backlog(at: meeting) != .read else { return }
        if let failure = conversation.backlogFailure { throw failure }
        let limits = environment.limits
        do {
            try await withDeadline(limits.catchUp, clock: environment.clock) {
                for await _ in await self.activity()
                where await self.conversation.backlog(at: meeting) != .unread { return }
            }
            // An interrupted wait ends like one that is over.
            try Task.checkCancellation()
        } catch is DeadlineExceeded {
            let failure = Failure(
                .unreachable, "no relay has delivered what happened in the group meanwhile",
                hints: await environment.pool.troubles().map { "\($0)" }
                    + ["without that, what we send might belong to an epoch that is over"])
            conversation.backlogFailed(failure)
            throw failure
        }
        // The other relays get a moment; one that is down must not delay every command.
        do {
            try await withDeadline(limits.catchUpOthers, clock: environment.clock) {
                for await _ in await self.activity()
                where await self.conversation.backlog(at: meeting) == .read { return }
            }
        } catch is DeadlineExceeded {
            for trouble in await environment.pool.troubles() { emit(.warning("\(trouble)")) }
        }
        try Task.checkCancellation()
        conversation.backlogIsRead()
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
