import Vocabulary
import Cryptography
import Marmot
import Nostr

extension AgentSession {
    /// How often a change is made again when another member's commit comes first.
    private static let changeTries = 3

    /// The session's group as it is now.
    package func group(for step: String) async throws -> MarmotGroup {
        let id = try state.requireGroup(step)
        guard let group = await environment.client.group(id) else {
            throw Failure(.protocolError, "the session's group is no longer in the state directory")
        }
        return group
    }

    /// One change of the group: publish, then merge (MIP-03), then deliver Welcomes.
    ///
    /// - Returns: the group after it.
    /// - Throws: `Failure`, which says whether the change may have taken effect.
    package func change(_ change: GroupChange, as step: String) async throws -> MarmotGroup {
        try await oneAtATime { try await self.makeChange(change, as: step) }
    }

    private func makeChange(_ change: GroupChange, as step: String) async throws -> MarmotGroup {
        let id = try state.requireGroup(step)
        let client = environment.client
        try await catchUp(for: step)
        // One that got no answer goes first, as the same event: relays may have it already.
        if let pending = await client.group(id)?.pendingCommit {
            let changes = await client.group(id)?.pendingChanges ?? []
            if try await publish(pending, in: id) == .overtaken, let group = await client.group(id) {
                emit(
                    .warning(
                        "an unconfirmed change of ours was superseded by another member's commit (see group state)"
                    ))
                if let offer = LostChangeOffer(group.missing(changes)) { emit(.warning(offer.text)) }
            }
        }
        for _ in 0..<Self.changeTries {
            // Superseded: made again on top of the commit that counts.
            if try await publish(try await client.prepare(change, in: id), in: id) == .inForce {
                return try await group(for: step)
            }
        }
        throw Failure(
            .protocolError,
            "other members changed the group at the same time, \(Self.changeTries) times in a row, and their commits count",
            hints: ["look at it with `group state`, then try again"], isRetryable: true)
    }

    /// Invites accounts by their newest key package.
    package func invite(_ accounts: [XOnlyKey], as step: String) async throws -> MarmotGroup {
        _ = try state.requireGroup(step)
        let invitees = try await newestKeyPackages(of: accounts)
        return try await change(.invite(invitees), as: step)
    }

    /// Proposes our own removal. Another member has to commit it.
    package func leaveGroup() async throws -> RelayURL {
        let id = try state.requireGroup("group leave")
        try await catchUp(for: "group leave")
        // What happened meanwhile may have moved the group to other relays.
        let meeting = try meetingRelays(of: try await group(for: "group leave"), for: "group leave")
        let proposal = try await environment.client.leave(id)
        return try await environment.pool.publish(proposal, to: meeting, within: environment.limits.publish)
    }

    private func publish(_ commit: PendingCommit, in id: [UInt8]) async throws -> CommitOutcome {
        let client = environment.client
        do {
            try await environment.pool.publish(
                commit.event, to: meetingRelays(of: try await group(for: "group"), for: "group"),
                within: environment.limits.publish)
        } catch let error as PublishError {
            let isRefused = error.failures.allSatisfy {
                if case .rejected = $0.reason { true } else { false }
            }
            if isRefused { try await client.abandon(commit.event.id, in: id) }
            let failure = Failure(error)
            throw Failure(
                failure.code, "the change did not take effect: \(failure.message)",
                hints: isRefused
                    ? []
                    : [
                        "a relay may have received it all the same; the next change of the group sends it once more"
                    ])
        }
        let number = conversation.number
        let (outcome, freed) = try await client.confirm(commit.event.id, in: id)
        // Leads to resending what is owed as well: an errand, so that Welcomes do not wait for it.
        await take(freed, of: id, in: number)
        guard outcome == .inForce else { return outcome }
        if let group = await client.group(id) {
            await perform(conversation.announce(group.mls.epoch, by: client.publicKey))
            tick()
            if environment.pool.relays.allSatisfy({ !group.relays.contains($0) }) {
                emit(
                    .warning(
                        "from now on the group meets at \(group.data.relays.joined(separator: ", ")): start again with --relay to reach it there"
                    ))
            }
        }
        try await deliverWelcomes(of: id)
        return outcome
    }

    /// Those that an earlier run left undelivered, too.
    func deliverWelcomes(of id: [UInt8]) async throws {
        for welcome in await environment.client.undeliveredWelcomes(of: id) {
            let wrap = try environment.client.wrap(welcome)
            let relay = try await environment.pool.publish(wrap, within: environment.limits.publish)
            try await environment.client.delivered(welcome, of: id)
            emit(.welcomeDelivered(relay: relay.text))
        }
    }
}
