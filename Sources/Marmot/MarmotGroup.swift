import Cryptography
import MLS
import Nostr

/// One Marmot group from our point of view: the MLS group, its dialect and its receive-side bookkeeping.
package struct MarmotGroup: Equatable, Sendable {
    package internal(set) var mls: Group
    package internal(set) var data: GroupData
    package internal(set) var dialect: Dialect
    /// False once we have been removed (audit AK).
    package internal(set) var isActive = true
    /// Why nothing may be sent.
    package internal(set) var obstacle: Obstacle?
    /// Who invited us; nil for groups of our own.
    package internal(set) var inviter: XOnlyKey?
    /// Where the group met before other members moved it, the oldest first. A change of our own forgets them.
    private(set) var formerAddresses: [String] = []
    /// True once an event has decrypted, which determines the dialect for good.
    var isDialectSettled = false
    package internal(set) var inbox = Inbox()
    /// Our own commit that has not taken effect yet; there is at most one.
    package internal(set) var pendingCommit: PendingCommit?
    /// Welcomes of commits that have taken effect, but that no relay has accepted yet.
    package internal(set) var undelivered: [PendingCommit.Invitation] = []
    /// Messages that we sent in an epoch that was rolled back and that have to be resent.
    package internal(set) var unsent: [Rumor] = []
    /// Messages that were received and not shown yet. Their keys are used up: no relay can deliver them once more.
    var unshown: [UnshownMessage] = []
    /// Messages that we read in an epoch that was rolled back; their authors will resend them.
    var readBefore: [EventID] = []
    /// The state before each of the latest commits, newest first.
    var snapshots: [EpochSnapshot] = []

    /// The largest number of proposals kept while waiting for a commit.
    static let pendingProposalLimit = 128

    init(mls: Group, dialect: Dialect) throws {
        self.mls = mls
        self.dialect = dialect
        data = try GroupData(from: mls.context.extensions)
    }

    package var id: [UInt8] { mls.groupID }
    package var nostrGroupIDHex: String { Hex.encode(data.nostrGroupID) }
    package var relays: [RelayURL] { data.relays.compactMap { try? RelayURL($0) } }
    /// Where the group met before other members moved it.
    package var formerRelays: [RelayURL] { formerAddresses.compactMap { try? RelayURL($0) } }

    /// The accounts that have at least one leaf.
    package var members: [XOnlyKey] {
        var seen = Set<XOnlyKey>()
        return mls.members.compactMap { AccountCredential.account(of: $0.leaf.credential) }
            .filter { seen.insert($0).inserted }
    }

    /// The filter of a subscription to this group.
    package func filter(since: Int64?) -> Filter {
        Filter(kinds: [.groupEvent], tags: ["h": [nostrGroupIDHex]], since: since)
    }

    /// Nothing that comes in brings it back.
    mutating func end(because obstacle: Obstacle) {
        (isActive, snapshots, pendingCommit) = (false, [], nil)
        self.obstacle = obstacle
    }

    /// Why the group cannot be used, in a few words; nil while it can be.
    package var ending: String? {
        if isActive { return obstacle.map { _ in "nothing may be sent" } }
        return obstacle == .replaced ? "replaced by another group" : "we were removed"
    }

    /// Whoever moves the group again and again must not displace where it met at first.
    private static let formerAddressLimit = 8

    mutating func keepFormer(_ addresses: [String]) {
        guard addresses != data.relays else { return }
        for address in addresses where !formerAddresses.contains(address) {
            guard formerAddresses.count < Self.formerAddressLimit else { return }
            formerAddresses.append(address)
        }
    }

    mutating func forgetFormer() { formerAddresses = [] }

    /// - Throws: `.inactive`, or `.mustNotSend`.
    func requireOpen(for change: GroupChange? = nil) throws {
        if obstacle == .replaced { throw MarmotError.mustNotSend(.replaced) }
        guard isActive else { throw MarmotError.inactive }
        guard let obstacle, !(obstacle.endsWithFreshKeys && change == .updateKeys) else { return }
        throw MarmotError.mustNotSend(obstacle)
    }

    /// Encrypts one of our own rumors. The returned event must not be published before the group is stored.
    package mutating func encrypt(
        _ rumor: Rumor, now: Int64, random: some RandomSource
    ) throws -> (event: Event, record: MessageRecord) {
        try requireOpen()
        let json = rumor.json
        guard json.count <= Marmot.rumorLimitBytes else {
            throw MarmotError.notPossible(
                "the message is too long: \(json.count) bytes as JSON, and the limit is \(Marmot.rumorLimitBytes)"
            )
        }
        var next = self
        let generation = mls.nextOwnGeneration
        let message = try next.mls.protect(json, random: random).encoded
        if dialect == .nip44, !EncryptedPayload.plaintextLengths.contains(message.count) {
            throw MarmotError.notPossible(
                "the message is too long for an MDK 0.6 group (limit: 65535 bytes when encrypted)")
        }
        let event = try GroupEvent.seal(
            message, for: next.mls, nostrGroupID: data.nostrGroupID, dialect: dialect, now: now,
            random: random)
        let record = MessageRecord(
            direction: .sent, epoch: mls.epoch, leaf: mls.ownLeaf, generation: generation, event: event.id,
            messageHash: SHA256.hash(message), rumor: snapshots.isEmpty ? nil : rumor, rumorID: nil)
        next.remember(record)
        self = next
        return (event, record)
    }
}

/// The form in which it is stored.
extension MarmotGroup: TLSCodable {
    package init(from reader: inout TLSReader) throws(TLSDecodingError) {
        let start = reader
        mls = try Group(from: &reader)
        dialect = try reader.closedCode8(Dialect.self, named: "dialect")
        isActive = try reader.uint8() == 1
        isDialectSettled = try reader.uint8() == 1
        inbox = try Inbox(from: &reader)
        // Format 1 ends here.
        if !reader.isAtEnd {
            pendingCommit = try reader.optional(of: PendingCommit.self)
            snapshots = try reader.vector(of: EpochSnapshot.self)
            undelivered = try reader.vector(of: PendingCommit.Invitation.self)
            unsent = try reader.vector { (reader) throws(TLSDecodingError) in try Rumor.stored(&reader) }
            readBefore = try reader.vector { (reader) throws(TLSDecodingError) in try EventID.stored(&reader)
            }
        }
        // Format 2 here.
        if !reader.isAtEnd {
            unshown = try reader.vector(of: UnshownMessage.self)
        }
        // And format 3 here.
        if !reader.isAtEnd {
            obstacle = try reader.optional(of: Obstacle.self)
            formerAddresses = try reader.vector { (reader) throws(TLSDecodingError) in
                String(decoding: try reader.opaque(), as: UTF8.self)
            }
            inviter = try reader.optional { (reader) throws(TLSDecodingError) in
                try XOnlyKey.stored(&reader)
            }
        }
        do {
            data = try GroupData(from: mls.context.extensions)
        } catch {
            throw start.failure(.invalidValue(of: "Marmot group data", 0))
        }
    }

    package func encode(to writer: inout TLSWriter) {
        mls.encode(to: &writer)
        writer.uint8(dialect.rawValue)
        writer.uint8(isActive ? 1 : 0)
        writer.uint8(isDialectSettled ? 1 : 0)
        inbox.encode(to: &writer)
        writer.optional(pendingCommit)
        writer.vector(snapshots)
        writer.vector(undelivered)
        writer.nested { writer in for rumor in unsent { writer.opaque(rumor.json) } }
        writer.nested { writer in for id in readBefore { writer.fixed(id.bytes) } }
        writer.vector(unshown)
        writer.optional(obstacle)
        writer.nested { writer in for address in formerAddresses { writer.opaque(Array(address.utf8)) } }
        writer.optional(inviter) { $0.fixed($1.bytes) }
    }
}
