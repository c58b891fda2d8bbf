import Cryptography
import MLS
import Nostr

/// An account at work: every change is stored before its event is handed out for publishing.
package actor MarmotClient {
    package nonisolated let publicKey: XOnlyKey
    private nonisolated let key: Secp256k1SecretKey
    private var account: Account
    private let store: any AccountStore
    private let random: any RandomSource
    private let now: @Sendable () -> Int64
    /// Gift wraps that were opened, joined or refused: none is worked on twice (audit AP).
    private var seenWraps = Set<EventID>()

    /// Loads what the store has.
    package init(
        key: Secp256k1SecretKey, store: any AccountStore, random: any RandomSource,
        now: @escaping @Sendable () -> Int64
    ) throws {
        account = Account(
            key: key, keyPackages: try store.loadKeyPackages(), groups: try store.loadGroups())
        self.key = key
        publicKey = key.publicKey
        for group in account.groups.values where !group.members.contains(key.publicKey) && group.isActive {
            throw MarmotError.notPossible(
                "the state directory holds groups of another identity; bring its identity.json back, or use another --state-dir"
            )
        }
        self.store = store
        self.random = random
        self.now = now
    }

    package var groups: [MarmotGroup] { Array(account.groups.values) }
    package func group(_ id: [UInt8]) -> MarmotGroup? { account.groups[id] }
    package func group(nostrID: String) -> MarmotGroup? {
        account.groups.values.first { $0.nostrGroupIDHex == nostrID.lowercased() }
    }

    /// What an event is and why it does or does not decrypt; changes nothing.
    package func explain(_ event: Event) -> EventExplanation { account.explain(event, now: now()) }

    /// Events that offer a fresh key package and say where it is: kinds 30443, 443, 10051.
    package func makeKeyPackage(relays: [RelayURL]) throws -> [Event] {
        var next = account
        let events = try next.makeKeyPackage(relays: relays, now: now(), random: random)
        try store.save(next.keyPackages)
        account = next
        return events + [try next.keyPackageRelayList(relays: relays, now: now(), random: random)]
    }

    /// The gift wrap to publish; with a one-time key and a date of its own each time.
    package nonisolated func wrap(_ welcome: OutgoingWelcome) throws -> Event {
        try GiftWrap.wrap(welcome.rumor, from: key, to: welcome.receiver, now: now(), random: random)
    }

    package func createGroup(
        inviting invitees: [KeyPackageEvent], name: String, description: String, relays: [RelayURL],
        admins: [XOnlyKey]
    ) throws -> (group: MarmotGroup, welcomes: [OutgoingWelcome]) {
        var next = account
        let created = try next.createGroup(
            inviting: invitees, name: name, description: description, relays: relays, admins: admins,
            now: now(),
            random: random)
        try store.save(created.group)
        account = next
        return (created.group, created.welcomes)
    }

    /// Opens a gift wrap addressed to us and joins the group it invites to.
    ///
    /// - Returns: nil when there is nothing to do (seen before, group known).
    /// - Throws: `GiftWrapError`, `MarmotError` or `MLSError` for a wrap that is not for joining.
    package func accept(wrap: Event, allowing isAllowed: (XOnlyKey) -> Bool = { _ in true }) throws
        -> MarmotGroup?
    {
        guard !seenWraps.contains(wrap.id) else { return nil }
        let rumor: Rumor
        do {
            rumor = try GiftWrap.unwrap(wrap, for: account.key)
        } catch {
            seenWraps.insert(wrap.id)
            throw error
        }
        guard isAllowed(rumor.author) else {
            seenWraps.insert(wrap.id)
            throw MarmotError.welcomeRejected("its sender is not among those allowed to invite us")
        }
        return try join(rumor, wrapID: wrap.id)
    }

    /// Joins from a Welcome rumor that came another way (the Workers hook).
    package func join(_ rumor: Rumor, wrapID: EventID) throws -> MarmotGroup? {
        guard !seenWraps.contains(wrapID) else { return nil }
        var next = account
        let joined: MarmotGroup?
        do {
            joined = try next.join(rumor, now: now())
        } catch {
            seenWraps.insert(wrapID)
            throw error
        }
        // Not before it is stored: a full disk must not cost the invitation. And one that comes before the removal that it follows
        // is looked at again after it.
        if let joined { try store.save(joined) }
        if joined != nil || !next.isInvitedAgain(by: rumor, now: now()) { seenWraps.insert(wrapID) }
        account = next
        return joined
    }

    /// An encrypted message of ours, stored as spent before it is returned.
    package func encrypt(
        _ text: String, kind: EventKind = .chatMessage, tags: [Tag] = [], in groupID: [UInt8]
    ) throws -> (event: Event, rumor: Rumor) {
        let rumor = Rumor(author: publicKey, createdAt: now(), kind: kind, tags: tags, content: text)
        guard var group = account.groups[groupID] else {
            throw MarmotError.notPossible("there is no such group")
        }
        let (event, record) = try group.encrypt(rumor, now: now(), random: random)
        try store.append(record, to: group)
        account.groups[groupID] = group
        return (event, rumor)
    }

    // MARK: Changes of a group

    /// A change of ours, stored before it is returned: publish its event, then `confirm` or `abandon`.
    package func prepare(_ change: GroupChange, in groupID: [UInt8]) throws -> PendingCommit {
        let pending = try changing(groupID) { group in
            try group.prepare(change, by: publicKey, now: now(), random: random)
            return group.pendingCommit
        }
        guard let pending else { throw MarmotError.notPossible("no commit was made") }
        return pending
    }

    /// A relay has the commit.
    ///
    /// - Returns: whether it counts, and events that had waited for it.
    package func confirm(_ commit: EventID, in groupID: [UInt8]) throws -> (CommitOutcome, [Received]) {
        try changing(groupID) { group in
            let outcome = try group.confirmCommit(commit)
            var freed = retryWaiting(&group)
            follow(&freed, in: &group)
            return (outcome, freed)
        }
    }

    /// No relay took the commit.
    package func abandon(_ commit: EventID, in groupID: [UInt8]) throws {
        try changing(groupID) { $0.abandonCommit(commit) }
    }

    /// Welcomes that wait for delivery.
    package func undeliveredWelcomes(of groupID: [UInt8]) -> [OutgoingWelcome] {
        (account.groups[groupID]?.undelivered ?? []).map { invitation in
            OutgoingWelcome(to: invitation.receiver) { invitation.rumor }
        }
    }

    package func delivered(_ welcome: OutgoingWelcome, of groupID: [UInt8]) throws {
        try changing(groupID) { group in
            group.undelivered.removeAll { $0.receiver == welcome.receiver && $0.rumor == welcome.rumor }
        }
    }

    /// Messages of ours that an undone epoch took along, encrypted anew. They stay owed until `sentAgain`: twice is better than never.
    package func sendAgain(in groupID: [UInt8]) throws -> [(event: Event, rumor: EventID)] {
        guard let group = account.groups[groupID], group.isActive, !group.unsent.isEmpty else { return [] }
        return try changing(groupID) { group in
            let rumors = group.unsent
            return try rumors.map {
                (try group.encrypt($0, now: now(), random: random).event, $0.id)
            }
        }
    }

    /// A relay has it.
    package func sentAgain(_ rumor: EventID, in groupID: [UInt8]) throws {
        try changing(groupID) { group in group.unsent.removeAll { $0.id == rumor } }
    }

    /// When our keys in the group are due for `.updateKeys`, seconds since 1970; nil: not at all.
    package func keyUpdateDue(in groupID: [UInt8]) -> Int64? {
        account.keyUpdateDue(in: groupID, joined: now())
    }

    /// The proposal that we go; somebody else puts it into force.
    package func leave(_ groupID: [UInt8]) throws -> Event {
        try changing(groupID) { try $0.leave(publicKey, now: now(), random: random) }
    }

    /// Stored before anybody sees what came of it.
    private func changing<Value>(_ groupID: [UInt8], _ change: (inout MarmotGroup) throws -> Value) throws
        -> Value
    {
        guard var group = account.groups[groupID] else {
            throw MarmotError.notPossible("there is no such group")
        }
        let value = try change(&group)
        try store.save(group)
        account.groups[groupID] = group
        return value
    }

    /// What one group event led to: itself, and events that waited for it.
    package struct Received: Sendable {
        package let event: Event
        package let result: Result<GroupReception, any Error>
    }

    private func retryWaiting(_ group: inout MarmotGroup) -> [Received] {
        group.retryWaiting(now: now()).map { Received(event: $0.event, result: $0.result) }
    }

    /// A commit may free messages, and commits that free more.
    private func follow(_ received: inout [Received], in group: inout MarmotGroup) {
        var unread = 0
        while unread < received.count {
            switch received[unread].result {
            case .success(.epochChanged), .success(.rolledBack), .success(.proposal):
                received += retryWaiting(&group)
            default: break
            }
            unread += 1
        }
    }

    package func receive(_ event: Event) throws -> [Received] {
        guard let name = event.tags.value("h"), var group = group(nostrID: name) else { return [] }
        var record: MessageRecord?
        var received = [
            Received(event: event, result: Result { try group.receive(event, now: now(), &record) })
        ]
        if case .success(.duplicate) = received[0].result { return received }
        if let record {
            try store.append(record, to: group)
            account.groups[group.id] = group
            return received
        }
        // What only waits need not be on disk: relays bring it again. (Strangers can send as much of it as they like.)
        if case .success(.waiting) = received[0].result {
            account.groups[group.id] = group
            return received
        }
        follow(&received, in: &group)
        // Audit AC: a group that takes another's Nostr id would swallow its messages.
        let isTaken = account.groups.values.contains {
            $0.id != group.id && $0.data.nostrGroupID == group.data.nostrGroupID
        }
        guard !isTaken else {
            throw MarmotError.ruleViolated("a commit gives the group the Nostr id of another group of ours")
        }
        try store.save(group)
        account.groups[group.id] = group
        return received
    }
}
