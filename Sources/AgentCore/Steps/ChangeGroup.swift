import Cryptography
import Marmot
import Nostr

extension AgentSession {
    /// How often a change is made anew when another member's comes first.
    private static let changeTries = 3

    /// The session's group as it is now.
    package func group(for step: String) async throws -> MarmotGroup {
        let id = try state.requireGroup(step)
        guard let group = await environment.client.group(id) else {
            throw Failure(.protocolError, "the session's group is not in the state directory any more")
        }
        return group
    }

    /// One change of the group: publish, then merge (MIP-03), then deliver Welcomes.
    ///
    /// - Returns: the group after it.
    /// - Throws: `Failure`; whether the change came into force is in its text.
    package func change(_ change: GroupChange, as step: String) async throws -> MarmotGroup {
        let id = try state.requireGroup(step)
        let client = environment.client
        try await catchUp(try await group(for: step), for: step)
        // One that got no answer goes first, as the same event: it may be out already.
        if let pending = await client.group(id)?.pendingCommit,
            try await publish(pending, in: id) == .overtaken
        {
            emit(
                .warning(
                    "an unconfirmed change of ours was overtaken by another member's and does not count; see group state, and make it again if it is still wanted"
                ))
        }
        for _ in 0..<Self.changeTries {
            // Overtaken: made anew on top of what counts.
            if try await publish(try await client.prepare(change, in: id), in: id) == .inForce {
                return try await group(for: step)
            }
        }
        throw Failure(
            .protocolError,
            "others changed the group at the same moment, \(Self.changeTries) times, and their changes count",
            hints: ["look at it with `group state`, then try again"], canHeal: true)
    }

    /// Invites accounts by their newest key package.
    package func invite(_ accounts: [XOnlyKey], as step: String) async throws -> MarmotGroup {
        _ = try state.requireGroup(step)
        var invitees: [KeyPackageEvent] = []
        for account in accounts {
            let stored = try await environment.keyPackagePool.fetch(
                [Filter(authors: [account], kinds: [.keyPackage, .keyPackageLegacy], limit: 20)],
                within: timings.keyPackageFetch)
            let (found, refused) = KeyPackageEvent.newestValid(
                among: stored, of: account, now: environment.now())
            guard let found else {
                throw Failure(
                    .notReady, "no usable key package of \(KeyText.npub(account)) on the relays",
                    hints: refused.prefix(3).map { "\($0)" })
            }
            invitees.append(found)
        }
        return try await change(.invite(invitees), as: step)
    }

    /// Proposes that we go. Somebody else has to commit it.
    package func leaveGroup() async throws -> RelayURL {
        let id = try state.requireGroup("group leave")
        let group = try await group(for: "group leave")
        try await catchUp(group, for: "group leave")
        let proposal = try await environment.client.leave(id)
        return try await environment.pool.publish(
            proposal, at: meetingPlaces(of: group, for: "group leave"), within: environment.limits.publish)
    }

    /// Puts into force that members leave; every member that may does it, and the earliest commit counts.
    func letMembersLeave() async {
        guard let id = state.groupID, let group = await environment.client.group(id), group.isActive,
            group.pendingCommit == nil,
            !group.leaveProposals(by: environment.client.publicKey).isEmpty
        else { return }
        do {
            _ = try await change(.letLeave, as: "group leave")
        } catch {
            emit(.warning("a member wants to leave, but the commit for it failed: \(Failure(error).message)"))
        }
    }

    /// A leaf that came from a key package is renewed before it expires; one that we joined with, soon (MIP-02).
    func updateKeysWhenDue(in id: [UInt8]) async {
        guard let due = await environment.client.keyUpdateDue(in: id) else { return }
        do {
            try await environment.clock.sleep(for: .seconds(max(due - environment.now(), 0)))
            guard state.groupID == id, await environment.client.group(id)?.pendingCommit == nil else {
                return
            }
            _ = try await change(.updateKeys, as: "group update-keys")
        } catch is CancellationError {
            return
        } catch {
            emit(.warning("our keys in the group are due, but the change failed: \(Failure(error).message)"))
        }
    }

    /// What two colliding changes made unreadable, in the epoch that counts.
    func sendAgain() async throws {
        guard let id = state.groupID, let group = await environment.client.group(id) else { return }
        // Another event may come in while these go out.
        guard !isSendingAgain else { return }
        isSendingAgain = true
        defer { isSendingAgain = false }
        for (event, rumor) in try await environment.client.sendAgain(in: id) {
            do {
                try await environment.pool.publish(
                    event, at: meetingPlaces(of: group, for: "say"), within: environment.limits.publish)
                try await environment.client.sentAgain(rumor, in: id)
            } catch {
                emit(
                    .warning(
                        "a message that an undone change took along was not sent again yet: \(error)"))
            }
        }
    }

    private func publish(_ commit: PendingCommit, in id: [UInt8]) async throws -> CommitOutcome {
        let client = environment.client
        do {
            try await environment.pool.publish(
                commit.event, at: meetingPlaces(of: try await group(for: "group"), for: "group"),
                within: environment.limits.publish)
        } catch let error as PublishError {
            let isRefused = error.failures.allSatisfy {
                if case .rejected = $0.reason { true } else { false }
            }
            if isRefused { try await client.abandon(commit.event.id, in: id) }
            let failure = Failure(error)
            throw Failure(
                failure.code, "the change is not in force: \(failure.message)",
                hints: isRefused
                    ? []
                    : ["it may have got out all the same; the next change of the group sends it once more"])
        }
        let (outcome, freed) = try await client.confirm(commit.event.id, in: id)
        for received in freed { show(received) }
        try await sendAgain()
        guard outcome == .inForce else { return outcome }
        if let group = await client.group(id) {
            announce(group.mls.epoch, by: client.publicKey)
            if environment.pool.relays.allSatisfy({ !group.relays.contains($0) }) {
                emit(
                    .warning(
                        "the group meets at \(group.data.relays.joined(separator: ", ")) from now on: go on there with --relay"
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
