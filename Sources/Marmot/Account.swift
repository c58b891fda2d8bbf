import Cryptography
import MLS
import Nostr

/// One of our own key packages, with its private keys and the events that published it.
package struct OwnKeyPackage: Equatable, Sendable, TLSCodable {
    package let bundle: KeyPackageBundle
    /// Value of the `d` tag; a renewed package reuses the slot.
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

/// A Nostr account with its key packages and groups. A plain value: `MarmotClient` persists it and serializes
/// changes.
package struct Account: Sendable {
    package let key: Secp256k1SecretKey
    package internal(set) var keyPackages: [OwnKeyPackage]
    /// Keyed by MLS group id.
    package internal(set) var groups: [[UInt8]: MarmotGroup]

    package init(key: Secp256k1SecretKey, keyPackages: [OwnKeyPackage] = [], groups: [MarmotGroup] = []) {
        self.key = key
        self.keyPackages = keyPackages
        self.groups = Dictionary(groups.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    package var publicKey: XOnlyKey { key.publicKey }

    // MARK: Key packages (MIP-00)

    /// Makes a key package and the signed events that publish it (kinds 30443 and 443).
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
        // Nobody can use an expired key package, and its private keys should not outlive it.
        keyPackages.removeAll { own in
            if case .keyPackage(let lifetime) = own.bundle.keyPackage.leafNode.source {
                return lifetime.notAfter < UInt64(max(now, 0))
            }
            return true
        }
        keyPackages.append(own)
        return events
    }

    /// The event that lists the relays holding our key packages (kind 10051).
    package func keyPackageRelayList(relays: [RelayURL], now: Int64, random: some RandomSource) throws
        -> Event
    {
        try Rumor(
            author: publicKey, createdAt: now, kind: .keyPackageRelays,
            tags: relays.map { Tag("relay", $0.text) }, content: ""
        ).signed(by: key, random: random)
    }

    // MARK: Groups (MIP-01, MIP-02)

    /// Creates a group with these members: one commit, which is never published, and one Welcome rumor per
    /// member (section 3).
    package mutating func createGroup(
        inviting invitees: [KeyPackageEvent], name: String, description: String, relays: [RelayURL],
        admins: [XOnlyKey], now: Int64, random: some RandomSource
    ) throws -> (group: MarmotGroup, welcomes: [OutgoingWelcome]) {
        let accounts = invitees.map(\.account)
        try Self.checkCreation(creator: publicKey, accounts, relays, admins, Set(invitees.map(\.dialect)))
        let data = try GroupData(
            nostrGroupID: random.bytes(32), name: name, description: description, admins: admins,
            relays: relays)
        let everyoneSupportsSelfRemove =
            !invitees.isEmpty
            && invitees.allSatisfy { $0.keyPackage.leafNode.capabilities.proposals.contains(.selfRemove) }
        let required = RequiredCapabilities(
            extensions: [.marmotGroupData], proposals: everyoneSupportsSelfRemove ? [.selfRemove] : [])
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
            guard let welcome = commit.welcome else {
                throw MarmotError.notPossible("MLS produced no Welcome")
            }
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
        // Kept until a relay has accepted them, so that they survive a crash. (Not in a large group: each one
        // contains the whole ratchet tree, which is too much to store.)
        if welcomes.count <= Self.undeliveredLimit {
            group.undelivered = welcomes.map { .init(receiver: $0.receiver, rumor: $0.rumor) }
        }
        groups[group.id] = group
        return (group, welcomes)
    }

    private static let undeliveredLimit = 16

    private static func checkCreation(
        creator: XOnlyKey, _ invitees: [XOnlyKey], _ relays: [RelayURL], _ admins: [XOnlyKey],
        _ dialects: Set<Dialect>
    ) throws {
        func check(_ condition: Bool, _ why: String) throws {
            guard condition else { throw MarmotError.notPossible(why) }
        }
        try check(!relays.isEmpty, "a group needs at least one relay")
        try check(admins.contains(creator), "the creator of a group must be one of its admins")
        try check(!invitees.contains(creator), "you cannot invite yourself")
        try check(Set(invitees).count == invitees.count, "the same account is invited twice")
        try check(
            admins.allSatisfy { $0 == creator || invitees.contains($0) },
            "an admin must be a member of the group")
        try check(
            dialects.count <= 1,
            "a group cannot mix members on MDK 0.6 with members on newer clients: they cannot decrypt each other's messages"
        )
    }

    private static func refuse(_ id: String, _ why: String) -> MarmotError {
        .welcomeRejected(MarmotCheck(id, why))
    }

    /// Whether a Welcome leads to a later epoch of a group that we believe we are in. If so, we were removed
    /// and re-invited, and the commit that removed us has not arrived yet.
    func isInvitedAgain(by rumor: Rumor, now: Int64) -> Bool {
        var outsider = self
        outsider.groups = [:]
        guard let group = try? outsider.join(rumor, now: now), let known = groups[group.id] else {
            return false
        }
        return known.isActive && group.mls.epoch > known.mls.epoch
    }

    /// Joins a group from an unwrapped Welcome (section 6).
    ///
    /// - Returns: nil when we already know the group: a late or repeated Welcome changes nothing.
    package mutating func join(_ rumor: Rumor, now: Int64) throws -> MarmotGroup? {
        let event = try WelcomeEvent(rumor)
        let own = keyPackages.first { own in
            event.welcome.secrets.contains { $0.newMember == own.bundle.keyPackage.reference }
        }
        guard let own else {
            throw Self.refuse("MAR-WELCOME-09", "it is not addressed to any of our key packages")
        }
        guard own.eventIDs.contains(where: { $0.hex == event.keyPackageEvent.lowercased() }) else {
            throw Self.refuse(
                "MAR-WELCOME-10", "its e tag does not match the key package that the Welcome uses")
        }
        let joined = try Group.join(event.welcome, with: own.bundle, now: UInt64(max(now, 0)))
        var group = try MarmotGroup(mls: joined.group, dialect: event.dialect)
        try group.data.checkAddresses()
        // Being removed and re-invited implies a later epoch; an old Welcome must not bring old keys back.
        if let known = groups[group.id], known.isActive || known.mls.epoch >= group.mls.epoch { return nil }
        // Audit AC: a Nostr group id belongs to exactly one group.
        guard
            !groups.values.contains(where: {
                $0.id != group.id && $0.data.nostrGroupID == group.data.nostrGroupID
            })
        else {
            throw Self.refuse(
                "MAR-WELCOME-11", "its Nostr group id is already used by another of our groups")
        }
        let inviter = group.mls.tree.leaf(at: joined.inviter).flatMap {
            AccountCredential.account(of: $0.credential)
        }
        guard inviter == rumor.author else {
            throw Self.refuse("MAR-WELCOME-12", "its sender is not the member who signed the GroupInfo")
        }
        guard group.data.isAdmin(rumor.author) else {
            throw Self.refuse("MAR-WELCOME-13", "its sender is not an admin of the group")
        }
        group.inviter = rumor.author
        groups[group.id] = group
        return group
    }
}
