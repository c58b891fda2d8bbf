import Cryptography
import MLS
import Nostr

/// A key package of ours with its private keys and the events that offered it.
package struct OwnKeyPackage: Equatable, Sendable, TLSCodable {
    package let bundle: KeyPackageBundle
    /// Value of the `d` tag; the same slot is used again when the package is renewed.
    package let slot: String
    package internal(set) var eventIDs: [EventID] = []

    init(bundle: KeyPackageBundle, slot: String) {
        self.bundle = bundle
        self.slot = slot
    }

    package init(from reader: inout TLSReader) throws(TLSDecodingError) {
        bundle = try KeyPackageBundle(from: &reader)
        slot = String(decoding: try reader.opaque(), as: UTF8.self)
        eventIDs = try reader.vector { (reader) throws(TLSDecodingError) in
            try reader.fixed(EventID.lengthBytes)
        }
        .compactMap { EventID($0) }
    }

    package func encode(to writer: inout TLSWriter) {
        bundle.encode(to: &writer)
        writer.opaque(Array(slot.utf8))
        writer.nested { writer in
            for id in eventIDs { writer.fixed(id.bytes) }
        }
    }
}

/// A Nostr account with its key packages and groups: a value; `MarmotClient` stores and orders.
package struct Account: Sendable {
    package let key: Secp256k1SecretKey
    package internal(set) var keyPackages: [OwnKeyPackage]
    /// By MLS group id.
    package internal(set) var groups: [[UInt8]: MarmotGroup]

    package init(key: Secp256k1SecretKey, keyPackages: [OwnKeyPackage] = [], groups: [MarmotGroup] = []) {
        self.key = key
        self.keyPackages = keyPackages
        self.groups = Dictionary(groups.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    package var publicKey: XOnlyKey { key.publicKey }

    // MARK: Key packages (MIP-00)

    /// Makes a key package and the signed events that offer it, kinds 30443 and 443.
    package mutating func makeKeyPackage(
        relays: [RelayURL], now: Int64, random: some RandomSource
    ) throws -> [Event] {
        guard !relays.isEmpty else { throw MarmotError.notPossible("a key package needs at least one relay") }
        let bundle = try KeyPackageBundle.make(
            credential: AccountCredential.make(publicKey), capabilities: Marmot.capabilities,
            lifetime: Marmot.lifetime(now: now), extensions: [Extension(type: .lastResort, data: [])],
            random: random)
        let slot = try keyPackages.last?.slot ?? Hex.encode(random.bytes(32))
        var own = OwnKeyPackage(bundle: bundle, slot: slot)
        let events = try KeyPackageEvent.rumors(
            offering: bundle.keyPackage, by: publicKey, slot: slot, relays: relays, now: now
        ).map { try $0.signed(by: key, random: random) }
        own.eventIDs = events.map(\.id)
        // Nobody can use an expired one any more, and its private keys should not outlive it.
        keyPackages.removeAll { own in
            if case .keyPackage(let lifetime) = own.bundle.keyPackage.leafNode.source {
                return lifetime.notAfter < UInt64(max(now, 0))
            }
            return true
        }
        keyPackages.append(own)
        return events
    }

    /// Says where our key packages are (kind 10051).
    package func keyPackageRelayList(relays: [RelayURL], now: Int64, random: some RandomSource) throws
        -> Event
    {
        try Rumor(
            author: publicKey, createdAt: now, kind: .keyPackageRelays,
            tags: relays.map { Tag("relay", $0.text) }, content: ""
        ).signed(by: key, random: random)
    }

    // MARK: Groups (MIP-01, MIP-02)

    /// Creates a group with these members: one unpublished commit, one Welcome rumor for each (section 3).
    package mutating func createGroup(
        inviting invitees: [KeyPackageEvent], name: String, description: String, relays: [RelayURL],
        admins: [XOnlyKey], now: Int64, random: some RandomSource
    ) throws -> (group: MarmotGroup, welcomes: [OutgoingWelcome]) {
        let accounts = invitees.map(\.account)
        try Self.checkCreation(creator: publicKey, accounts, relays, admins, Set(invitees.map(\.dialect)))
        let data = try GroupData(
            nostrGroupID: random.bytes(32), name: name, description: description, admins: admins,
            relays: relays)
        let everyoneLeaves =
            !invitees.isEmpty
            && invitees.allSatisfy { $0.keyPackage.leafNode.capabilities.proposals.contains(.selfRemove) }
        let required = RequiredCapabilities(
            extensions: [.marmotGroupData], proposals: everyoneLeaves ? [.selfRemove] : [])
        var mls = try Group.create(
            groupID: random.bytes(16), credential: AccountCredential.make(publicKey),
            capabilities: Marmot.capabilities, lifetime: Marmot.lifetime(now: now),
            extensions: [data.asExtension, Extension(type: .requiredCapabilities, data: required.encoded)],
            random: random)
        var welcomes: [OutgoingWelcome] = []
        if !invitees.isEmpty {
            let commit = try mls.commit(
                inline: invitees.map { .add($0.keyPackage) }, hasVerifiedKeyPackages: true,
                now: UInt64(max(now, 0)), random: random)
            mls = commit.group
            guard let welcome = commit.welcome else { throw MarmotError.notPossible("no Welcome was made") }
            let (inviter, entries) = (publicKey, welcome.addressed)
            welcomes = invitees.map { invitee in
                OutgoingWelcome(to: invitee.account) {
                    WelcomeEvent.rumor(
                        entries[invitee.keyPackage.reference] ?? welcome, from: inviter,
                        keyPackageEvent: invitee.event.id, relays: relays, now: now)
                }
            }
        }
        var group = try MarmotGroup(mls: mls, dialect: invitees.first?.dialect ?? .chaCha)
        // Owed until a relay has them, also after a crash. (In a large group they are too much to keep: each holds the tree.)
        if welcomes.count <= Self.owedLimit {
            group.undelivered = welcomes.map { .init(receiver: $0.receiver, rumor: $0.rumor) }
        }
        groups[group.id] = group
        return (group, welcomes)
    }

    private static let owedLimit = 16

    private static func checkCreation(
        creator: XOnlyKey, _ invitees: [XOnlyKey], _ relays: [RelayURL], _ admins: [XOnlyKey],
        _ dialects: Set<Dialect>
    ) throws {
        func check(_ condition: Bool, _ why: String) throws {
            guard condition else { throw MarmotError.notPossible(why) }
        }
        try check(!relays.isEmpty, "a group needs at least one relay")
        try check(admins.contains(creator), "the creator of a group must be one of its admins")
        try check(!invitees.contains(creator), "one cannot invite oneself")
        try check(Set(invitees).count == invitees.count, "somebody is invited twice")
        try check(
            admins.allSatisfy { $0 == creator || invitees.contains($0) },
            "an admin must be a member of the group")
        try check(
            dialects.count <= 1,
            "members with MDK 0.6 and with newer clients cannot read each other in one group")
    }

    /// Whether a Welcome leads to a later epoch of a group that we are in: we were removed and invited again, and do not know yet.
    func isInvitedAgain(by rumor: Rumor, now: Int64) -> Bool {
        var stranger = self
        stranger.groups = [:]
        guard let group = try? stranger.join(rumor, now: now), let known = groups[group.id] else {
            return false
        }
        return known.isActive && group.mls.epoch > known.mls.epoch
    }

    /// Joins from an unwrapped Welcome (section 6).
    ///
    /// - Returns: nil when the group is known already: a late or repeated Welcome changes nothing.
    package mutating func join(_ rumor: Rumor, now: Int64) throws -> MarmotGroup? {
        let event = try WelcomeEvent(rumor)
        let own = keyPackages.first { own in
            event.welcome.secrets.contains { $0.newMember == own.bundle.keyPackage.reference }
        }
        guard let own else { throw MarmotError.welcomeRejected("it is not for any key package of ours") }
        guard own.eventIDs.contains(where: { $0.hex == event.keyPackageEvent.lowercased() }) else {
            throw MarmotError.welcomeRejected("its tag e names another key package event than it uses")
        }
        let joined = try Group.join(event.welcome, with: own.bundle, now: UInt64(max(now, 0)))
        let group = try MarmotGroup(mls: joined.group, dialect: event.dialect)
        // Removed and invited again means a later epoch; an old Welcome must not revive old keys.
        if let known = groups[group.id], known.isActive || known.mls.epoch >= group.mls.epoch { return nil }
        // Audit AC: one Nostr group id, one group.
        guard
            !groups.values.contains(where: {
                $0.id != group.id && $0.data.nostrGroupID == group.data.nostrGroupID
            })
        else { throw MarmotError.welcomeRejected("its Nostr group id belongs to another group of ours") }
        let inviter = group.mls.tree.leaf(at: joined.inviter).flatMap {
            AccountCredential.account(of: $0.credential)
        }
        guard inviter == rumor.author else {
            throw MarmotError.welcomeRejected(
                "its sender is not the member who signed the group's description")
        }
        guard group.data.isAdmin(rumor.author) else {
            throw MarmotError.welcomeRejected("its sender is not an admin of the group")
        }
        groups[group.id] = group
        return group
    }
}
