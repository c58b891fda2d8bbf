import Cryptography
import Marmot
import Nostr
import Vocabulary

/// What a session does in its group without being asked.
extension AgentSession {
    /// Commits the proposals of members who want to leave; every member that may does so, and the earliest commit counts.
    func commitLeaves() async {
        guard let id = state.groupID, await environment.client.group(id)?.pendingCommit == nil,
            await hasLeaveProposals(in: id)
        else { return }
        do {
            _ = try await change(.commitLeaves, as: "group leave")
        } catch {
            // Another member's commit may have been the earlier one.
            guard !Task.isCancelled, await hasLeaveProposals(in: id) else { return }
            emit(.warning("a member wants to leave, but the commit for it failed: \(Failure(error).message)"))
        }
    }

    private func hasLeaveProposals(in id: [UInt8]) async -> Bool {
        guard let group = await environment.client.group(id), group.isActive else { return false }
        return !group.leaveProposals(by: environment.client.publicKey).isEmpty
    }

    /// Our leaf is renewed before it expires if it came from a key package, and some time after we joined (MIP-02).
    func updateKeysWhenDue(in id: [UInt8]) async {
        guard let due = await environment.client.keyUpdateDue(in: id) else { return }
        do {
            try await environment.clock.sleep(for: .seconds(max(due - environment.now(), 0)))
            guard await environment.client.group(id)?.pendingCommit == nil else { return }
            // The session may be in another group by now.
            try Task.checkCancellation()
            guard state.groupID == id else { return }
            _ = try await change(.updateKeys, as: "group update-keys")
        } catch is CancellationError {
            return
        } catch {
            emit(
                .warning(
                    "our keys in the group are due for renewal, but that failed: \(Failure(error).message)"))
        }
    }

    /// Resends, in the epoch that counts, the messages that a rolled-back epoch took along. What is not confirmed stays owed.
    func resendOwed() async {
        // Whoever is at it looks again.
        owesMore = true
        guard !isResending else { return }
        isResending = true
        defer { isResending = false }
        do {
            while owesMore {
                owesMore = false
                guard let id = state.groupID, let group = await environment.client.group(id) else { return }
                for (event, rumor) in try await environment.client.owedMessages(in: id) {
                    try await environment.pool.publish(
                        event, to: meetingRelays(of: group, for: "say"), within: environment.limits.publish)
                    try await environment.client.deliveredOwed(rumor, in: id)
                }
            }
        } catch {
            guard !Task.isCancelled else { return }
            emit(
                .warning(
                    "a message that a rolled-back commit took along could not be resent yet: \(Failure(error).message)"
                ))
        }
    }
}
