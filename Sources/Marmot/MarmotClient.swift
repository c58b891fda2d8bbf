import Cryptography
import MLS
import Nostr

/// A live account. Every change is stored before its event is returned for publishing.
package actor MarmotClient {
    package nonisolated let publicKey: XOnlyKey
    private nonisolated let key: Secp256k1SecretKey
    var account: Account
    let store: any AccountStore
    let random: any RandomSource
    let now: @Sendable () -> Int64
    /// Gift wraps that have been dealt with, whether joined or rejected: none is processed twice (audit AP).
    private var seenWraps = Set<EventID>()
    /// Welcomes into later epochs of groups that we are still in.
    private var earlyWelcomes: [EventID: Rumor] = [:]
    private static let earlyWelcomeLimit = 16
    /// The events that waited for a commit when their group was last saved because of them.
    var savedWaiting: [[UInt8]: Set<EventID>] = [:]
    /// Messages that were shown, which is not stored yet.
    var shown: [[UInt8]: [EventID]] = [:]

    /// Loads the account's state from the store.
    ///
    /// - Throws: `.notPossible` when the store holds groups of another identity, and whatever the store
    ///   throws.
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
                "the state directory holds groups of another identity; restore its identity.json or use another --state-dir"
            )
        }
        savedWaiting = account.groups.mapValues { Set($0.inbox.waiting.map(\.id)) }
        self.store = store
        self.random = random
        self.now = now
    }

    package var groups: [MarmotGroup] { Array(account.groups.values) }
    package func group(_ id: [UInt8]) -> MarmotGroup? { account.groups[id] }
    package func group(nostrID: String) -> MarmotGroup? {
        guard let bytes = Hex.decode(nostrID) else { return nil }
        return account.groups.values.first { $0.data.nostrGroupID == bytes }
    }

    /// What an event is, and why it does or does not decrypt. Has no side effects.
    package func explain(_ event: Event) -> EventExplanation { account.explain(event, now: now()) }

    /// The events that publish a fresh key package and list its relays: kinds 30443, 443, 10051.
    package func makeKeyPackage(relays: [RelayURL]) throws -> [Event] {
        var next = account
        let events = try next.makeKeyPackage(relays: relays, now: now(), random: random)
        try store.save(next.keyPackages)
        account = next
        return events + [try next.keyPackageRelayList(relays: relays, now: now(), random: random)]
    }

    /// An event of ours that is for everybody.
    package nonisolated func sign(_ rumor: Rumor) throws -> Event {
        try rumor.signed(by: key, random: random)
    }

    /// The gift wrap to publish. Each call uses a new one-time key and a new date.
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
    /// - Returns: nil when there is nothing to do because the wrap was seen before or the group is known.
    /// - Throws: `GiftWrapError`, `MarmotError` or `MLSError` for a wrap that cannot be joined.
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
            throw MarmotError.welcomeRejected(
                MarmotCheck("MAR-WELCOME-14", "its sender is not allowed to invite us"))
        }
        return try join(rumor, wrapID: wrap.id)
    }

    /// Joins from a Welcome rumor that was delivered without a gift wrap (by the Workers hook).
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
        // Mark the wrap as seen only once the group is stored, so that a full disk does not cost us the
        // invitation. A re-invitation that overtook the commit removing us is not marked either: it is
        // processed again after that commit.
        if let joined { try store.save(joined) }
        if joined != nil || !next.isInvitedAgain(by: rumor, now: now()) {
            seenWraps.insert(wrapID)
        } else if earlyWelcomes.count < Self.earlyWelcomeLimit {
            earlyWelcomes[wrapID] = rumor
        }
        account = next
        return joined
    }

    /// Joins again by Welcomes that came before the commit which removed us; call this after that.
    package func joinAgain() throws -> [MarmotGroup] {
        var joined: [MarmotGroup] = []
        for (wrapID, rumor) in earlyWelcomes {
            earlyWelcomes[wrapID] = nil
            if let group = try join(rumor, wrapID: wrapID) { joined.append(group) }
        }
        return joined
    }

    /// Encrypts a message. The key it uses up is recorded on disk before the event is returned.
    package func encrypt(
        _ text: String, kind: EventKind = .chatMessage, tags: [Tag] = [], in groupID: [UInt8]
    ) throws -> (event: Event, rumor: Rumor) {
        let rumor = Rumor(author: publicKey, createdAt: now(), kind: kind, tags: tags, content: text)
        guard var group = account.groups[groupID] else {
            throw MarmotError.notPossible("no such group")
        }
        let (event, record) = try group.encrypt(rumor, now: now(), random: random)
        try store.append(.message(record), to: group)
        account.groups[groupID] = group
        return (event, rumor)
    }

    // MARK: Changing a group

    /// Prepares a commit and stores it. Publish its event, then call `confirm` or `abandon`.
    package func prepare(_ change: GroupChange, in groupID: [UInt8]) throws -> PendingCommit {
        let pending = try changing(groupID) { group in
            try group.prepare(change, by: publicKey, now: now(), random: random)
            return group.pendingCommit
        }
        guard let pending else { throw MarmotError.notPossible("MLS produced no commit") }
        return pending
    }

    /// Call this once a relay has accepted the commit.
    ///
    /// - Returns: whether the commit took effect, and the events that had been waiting for it.
    package func confirm(_ commit: EventID, in groupID: [UInt8]) throws -> (CommitOutcome, [Received]) {
        try changing(groupID) { group in
            let outcome = try group.confirmCommit(commit)
            var received = retryWaiting(&group)
            retryUntilStable(&received, in: &group)
            return (outcome, received)
        }
    }

    /// Call this when no relay accepted the commit.
    package func abandon(_ commit: EventID, in groupID: [UInt8]) throws {
        try changing(groupID) { $0.abandonCommit(commit) }
    }

    /// Another group has taken the place of this one: nothing is sent to it any more.
    package func replace(_ groupID: [UInt8]) throws {
        try changing(groupID) { group in
            group.end(because: .replaced)
        }
    }

    /// Welcomes that no relay has accepted yet; those to somebody who was removed meanwhile are not owed any more.
    package func undeliveredWelcomes(of groupID: [UInt8]) -> [OutgoingWelcome] {
        guard let group = account.groups[groupID] else { return [] }
        let members = Set(group.members)
        return group.undelivered.filter { members.contains($0.receiver) }.map { invitation in
            OutgoingWelcome(to: invitation.receiver) { invitation.rumor }
        }
    }

    /// A group that was made for this key package, and whose Welcome no relay has accepted yet.
    package func unfinishedGroup(for invitee: KeyPackageEvent, name: String) -> MarmotGroup? {
        account.groups.values.first { group in
            group.isActive && group.data.name == name && group.mls.epoch == 1 && group.members.count == 2
                && group.undelivered.contains {
                    $0.receiver == invitee.account && $0.rumor.tags.value("e") == invitee.event.id.hex
                }
        }
    }

    package func delivered(_ welcome: OutgoingWelcome, of groupID: [UInt8]) throws {
        try changing(groupID) { group in
            group.undelivered.removeAll { $0.receiver == welcome.receiver && $0.rumor == welcome.rumor }
        }
    }

    /// Our own messages that were lost when their epoch was rolled back, encrypted anew. They are returned
    /// again until `deliveredOwed` is called: delivering one twice is better than losing it.
    package func owedMessages(in groupID: [UInt8]) throws -> [(event: Event, rumor: EventID)] {
        guard let group = account.groups[groupID], group.isActive, !group.unsent.isEmpty else { return [] }
        return try changing(groupID) { group in
            let rumors = group.unsent
            return try rumors.map {
                (try group.encrypt($0, now: now(), random: random).event, $0.id)
            }
        }
    }

    /// Call this once a relay has accepted a message from `owedMessages`.
    package func deliveredOwed(_ rumor: EventID, in groupID: [UInt8]) throws {
        try changing(groupID) { group in group.unsent.removeAll { $0.id == rumor } }
    }

    /// When our keys in the group are due for `.updateKeys`, in seconds since 1970; nil while no update is
    /// needed.
    package func keyUpdateDue(in groupID: [UInt8]) -> Int64? {
        account.keyUpdateDue(in: groupID, joined: now())
    }

    /// The proposal that we leave the group; another member has to commit it.
    package func leave(_ groupID: [UInt8]) throws -> Event {
        try changing(groupID) { try $0.leave(publicKey, now: now(), random: random) }
    }

    /// Applies a change and stores the group before the result becomes visible to anyone.
    private func changing<Value>(_ groupID: [UInt8], _ change: (inout MarmotGroup) throws -> Value) throws
        -> Value
    {
        guard var group = account.groups[groupID] else {
            throw MarmotError.notPossible("no such group")
        }
        let value = try change(&group)
        try save(group)
        account.groups[groupID] = group
        return value
    }

    /// The outcome of one event: the one just received, or one that had been waiting for it.
    package struct Received: Sendable {
        package let event: Event
        package let result: Result<GroupReception, any Error>
    }

    private func retryWaiting(_ group: inout MarmotGroup) -> [Received] {
        group.retryWaiting(now: now(), isTaken: isTaken(besides: group.id))
            .map { Received(event: $0.event, result: $0.result) }
    }

    /// A commit may make queued messages readable, and queued commits that make further ones readable.
    private func retryUntilStable(_ received: inout [Received], in group: inout MarmotGroup) {
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

    /// Whether another of our groups has a Nostr group id (audit AC): it would lose its messages to a group that takes it over.
    private func isTaken(besides groupID: [UInt8]) -> ([UInt8]) -> Bool {
        let groups = account.groups
        return { id in groups.values.contains { $0.id != groupID && $0.data.nostrGroupID == id } }
    }

    package func receive(_ event: Event) throws -> [Received] {
        guard let name = event.tags.value("h"), var group = group(nostrID: name) else { return [] }
        var record: MessageRecord?
        let reception = Result {
            try group.receive(event, now: now(), isTaken: isTaken(besides: group.id), &record)
        }
        var received = [Received(event: event, result: reception)]
        if let record {
            try store.append(.message(record), to: group)
            account.groups[group.id] = group
            return received
        }
        switch reception {
        case .success(.duplicate): return received
        // What must not be forgotten: it is not read again.
        case .success(.blocked), .failure(MarmotError.partedWays): break
        // Remembered in memory only: anyone can send as many of these as they like, and relays deliver them again.
        case .success(.waiting), .failure:
            account.groups[group.id] = group
            return received
        case .success(.message), .success(.epochChanged), .success(.rolledBack), .success(.removed),
            .success(.proposal):
            break
        }
        retryUntilStable(&received, in: &group)
        try save(group)
        account.groups[group.id] = group
        return received
    }
}
