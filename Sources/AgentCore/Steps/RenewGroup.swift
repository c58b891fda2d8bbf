import Cryptography
import Marmot
import Nostr
import Vocabulary

extension AgentSession {
    /// Goes on where the group as it is cannot be used any more: with fresh keys where those suffice, and otherwise in a new group with the
    /// same name, relays and members.
    ///
    /// - Parameters:
    ///   - excluded: members who are not invited into the new group.
    ///   - isNew: a new group even where fresh keys would do.
    /// - Returns: the group in which the session is then.
    package func renewGroup(without excluded: [XOnlyKey] = [], isNew: Bool = false) async throws
        -> MarmotGroup
    {
        let step = "group renew"
        // What is wrong may not have been read yet.
        do { try await catchUp(for: step) } catch let failure as Failure { emit(.warning(failure.message)) }
        let old = try await group(for: step)
        for account in excluded where !old.members.contains(account) {
            throw Failure(.usage, "\(KeyText.npub(account)) is not a member of the group")
        }
        let needsGroup = !old.isActive || old.obstacle.map { !$0.endsWithFreshKeys } ?? false
        guard needsGroup || isNew || !excluded.isEmpty else {
            return try await change(.updateKeys, as: step)
        }
        let me = environment.client.publicKey
        let members = old.members.filter { $0 != me && !excluded.contains($0) }
        let invitees = try await newestKeyPackages(of: members)
        // Who is the agent is known by more than the new group's members.
        let agent = agent(of: old)
        let (new, welcomes) = try await environment.client.createGroup(
            inviting: invitees, name: old.data.name, description: old.data.description,
            relays: renewedRelays(of: old),
            admins: [me] + old.data.admins.filter { members.contains($0) })
        // From here on it is the one in use, whatever happens: Welcomes that no relay takes now are owed, and delivered later.
        try await environment.client.replace(old.id)
        state.replaced(group: new.id)
        await listen(to: new, isNew: true, agent: agent)
        for welcome in welcomes { try await deliver(welcome, into: new) }
        emit(.groupCreated(name: new.data.name, members: new.members.count))
        return new
    }

    /// Those that are ours and at which the group met; all of ours when there are none.
    private func renewedRelays(of group: MarmotGroup) -> [RelayURL] {
        let meeting = meeting(of: group)
        return meeting.isEmpty ? environment.pool.relays : meeting
    }

    /// - Throws: `Failure` (notReady) when an account has no usable one.
    func newestKeyPackages(of accounts: [XOnlyKey]) async throws -> [KeyPackageEvent] {
        var found: [KeyPackageEvent] = []
        for account in accounts {
            let stored = try await environment.keyPackagePool.fetch(
                [Filter(authors: [account], kinds: [.keyPackage, .keyPackageLegacy], limit: 20)],
                within: timings.keyPackageFetch)
            let (newest, refused) = KeyPackageEvent.newestValid(
                among: stored, of: account, now: environment.now())
            guard let newest else {
                throw Failure(
                    .notReady, "no usable key package of \(KeyText.npub(account)) on the relays",
                    hints: refused.prefix(3).map { "\($0)" }, isSafeToRepeat: true)
            }
            found.append(newest)
        }
        return found
    }
}
