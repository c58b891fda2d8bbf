import Cryptography

/// One member's view of a group, as a plain value. Its operations are in `Group+create`, `+join`, `+commit`,
/// `+process` and `+send`.
package struct Group: Equatable, Sendable {
    /// Number of past epochs whose application messages stay readable (the same as in MDK).
    package static let pastEpochLimit = 5

    package internal(set) var context: GroupContext
    package internal(set) var tree: RatchetTree
    package internal(set) var ownLeaf: LeafIndex
    package internal(set) var secrets: EpochSecrets
    var secretTree: SecretTree
    var interimTranscriptHash: [UInt8]
    var confirmationTag: [UInt8]
    /// HPKE private keys by node: that of our leaf, and those of its ancestors that we know.
    var privateKeys: [Int: SecretBytes]
    var signaturePrivateKey: SignaturePrivateKey
    /// The proposals of this epoch that a commit may refer to, in order of arrival.
    package internal(set) var pendingProposals: [PendingProposal] = []
    /// Newest first, at most `pastEpochLimit`.
    package internal(set) var pastEpochs: [PastEpoch] = []

    package var groupID: [UInt8] { context.groupID }
    package var epoch: UInt64 { context.epoch }
    package var members: [(index: LeafIndex, leaf: LeafNode)] { tree.members }
    package var ownLeafNode: LeafNode? { tree.leaf(at: ownLeaf) }

    /// Exports a secret (§8.5) of the current epoch or of a past epoch that is still kept; nil for other
    /// epochs.
    package func export(
        label: String, context: [UInt8], length: Int, epoch: UInt64
    ) throws -> SecretBytes? {
        if epoch == self.epoch { return try secrets.export(label: label, context: context, length: length) }
        return try pastEpochs.first { $0.epoch == epoch }?.secrets
            .export(label: label, context: context, length: length)
    }

    /// A copy for a snapshot, without the past epochs, which the current state has anyway.
    package var withoutPastEpochs: Group {
        var group = self
        group.pastEpochs = []
        return group
    }

    /// Completes a group made with `withoutPastEpochs` with those past epochs that a later state of it still
    /// has.
    package func restored(from later: Group) -> Group {
        var group = self
        group.pastEpochs = later.pastEpochs.filter { $0.epoch < epoch }
        return group
    }

    /// Replaces the past epochs with the present state of `ended`, the group of the previous epoch: messages
    /// that arrived after the commit was created have used up keys there.
    package func withPastEpochs(from ended: Group) -> Group {
        var next = self
        next.pastEpochs = Array(([PastEpoch(ending: ended)] + ended.pastEpochs).prefix(Self.pastEpochLimit))
        return next
    }

    /// The private keys without those of nodes that are blank in `tree`.
    static func pruned(_ keys: [Int: SecretBytes], to tree: RatchetTree) -> [Int: SecretBytes] {
        keys.filter { tree.node(at: $0.key) != nil }
    }
}

/// A standalone proposal (§12.1) that has not been committed yet.
package struct PendingProposal: Equatable, Sendable, TLSCodable {
    package let reference: [UInt8]
    package let proposal: Proposal
    package let sender: Sender

    package init(reference: [UInt8], proposal: Proposal, sender: Sender) {
        (self.reference, self.proposal, self.sender) = (reference, proposal, sender)
    }

    package init(from reader: inout TLSReader) throws(TLSDecodingError) {
        reference = try reader.opaque()
        proposal = try Proposal(from: &reader)
        sender = try Sender(from: &reader)
    }

    package func encode(to writer: inout TLSWriter) {
        writer.opaque(reference)
        proposal.encode(to: &writer)
        sender.encode(to: &writer)
    }
}

/// The part of an ended epoch's state that is needed to read its late application messages.
package struct PastEpoch: Equatable, Sendable, TLSCodable {
    package let context: GroupContext
    package let secrets: EpochSecrets
    var secretTree: SecretTree
    /// The members of that epoch.
    let senders: [LeafIndex: Member]

    struct Member: Equatable, Sendable {
        let signatureKey: [UInt8]
        let credential: Credential
    }

    package var epoch: UInt64 { context.epoch }

    init(ending group: Group) {
        context = group.context
        secrets = group.secrets.forPastEpoch
        secretTree = group.secretTree
        senders = Dictionary(
            group.members.map {
                ($0.index, Member(signatureKey: $0.leaf.signatureKey, credential: $0.leaf.credential))
            }, uniquingKeysWith: { first, _ in first })
    }

    package init(from reader: inout TLSReader) throws(TLSDecodingError) {
        context = try GroupContext(from: &reader)
        secrets = try EpochSecrets(from: &reader)
        secretTree = try SecretTree(from: &reader)
        let members = try reader.vector { (reader) throws(TLSDecodingError) in
            (
                try LeafIndex(from: &reader),
                Member(signatureKey: try reader.opaque(), credential: try Credential(from: &reader))
            )
        }
        senders = Dictionary(members, uniquingKeysWith: { first, _ in first })
    }

    package func encode(to writer: inout TLSWriter) {
        context.encode(to: &writer)
        secrets.encode(to: &writer)
        secretTree.encode(to: &writer)
        writer.nested { writer in
            for (index, member) in senders.sorted(by: { $0.key < $1.key }) {
                index.encode(to: &writer)
                writer.opaque(member.signatureKey)
                member.credential.encode(to: &writer)
            }
        }
    }
}
