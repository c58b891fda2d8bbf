import Cryptography

/// The form in which a group is stored: a versioned format of our own, with secrets in plaintext. The store
/// has to encrypt or protect it.
extension Group: TLSCodable {
    /// To be incremented with every change to the format. Other versions are rejected.
    package static let snapshotVersion: UInt16 = 1

    package init(from reader: inout TLSReader) throws(TLSDecodingError) {
        let start = reader
        let version = try reader.uint16()
        guard version == Self.snapshotVersion else {
            throw start.failure(.invalidValue(of: "group snapshot version", UInt64(version)))
        }
        context = try GroupContext(from: &reader)
        tree = try RatchetTree(from: &reader)
        ownLeaf = try LeafIndex(from: &reader)
        secrets = try EpochSecrets(from: &reader)
        secretTree = try SecretTree(from: &reader)
        interimTranscriptHash = try reader.opaque()
        confirmationTag = try reader.opaque()
        let keys = try reader.vector { (reader) throws(TLSDecodingError) in
            (Int(try reader.uint32()), try reader.secret())
        }
        privateKeys = Dictionary(keys, uniquingKeysWith: { first, _ in first })
        signaturePrivateKey = SignaturePrivateKey(try reader.secret())
        pendingProposals = try reader.vector(of: PendingProposal.self)
        pastEpochs = try reader.vector(of: PastEpoch.self)
    }

    package func encode(to writer: inout TLSWriter) {
        writer.uint16(Self.snapshotVersion)
        context.encode(to: &writer)
        tree.encode(to: &writer)
        ownLeaf.encode(to: &writer)
        secrets.encode(to: &writer)
        secretTree.encode(to: &writer)
        writer.opaque(interimTranscriptHash)
        writer.opaque(confirmationTag)
        writer.nested { writer in
            for (node, key) in privateKeys.sorted(by: { $0.key < $1.key }) {
                writer.uint32(UInt32(node))
                writer.secret(key)
            }
        }
        writer.secret(signaturePrivateKey.secret)
        writer.vector(pendingProposals)
        writer.vector(pastEpochs)
    }
}
