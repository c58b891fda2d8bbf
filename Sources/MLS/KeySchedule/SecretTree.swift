import Cryptography

/// Derives the ratchets of all senders from the encryption secret. Each secret is deleted once it has been
/// used (§9).
package struct SecretTree: Equatable, Sendable {
    package enum RatchetKind: UInt8, Sendable {
        case handshake = 1
        case application = 2
    }

    private struct Ratchets: Equatable, Sendable {
        var handshake: HashRatchet
        var application: HashRatchet
    }

    private let leafCount: Int
    /// The secrets of subtrees in which no ratchet has been derived yet.
    private var nodeSecrets: [Int: SecretBytes]
    private var ratchets: [LeafIndex: Ratchets] = [:]

    package init(encryptionSecret: SecretBytes, leafCount: Int) {
        self.leafCount = leafCount
        nodeSecrets = [TreeMath.root(leafCount: leafCount): encryptionSecret]
    }

    /// The generation that `nextKey` will use.
    package func nextGeneration(of leaf: LeafIndex, _ kind: RatchetKind) -> UInt32 {
        guard let pair = ratchets[leaf] else { return 0 }
        return kind == .handshake ? pair.handshake.nextGeneration : pair.application.nextGeneration
    }

    /// Consumes and returns the key for our own next message.
    package mutating func nextKey(of leaf: LeafIndex, _ kind: RatchetKind) throws -> MessageKey {
        try withRatchet(of: leaf, kind) { try $0.next() }
    }

    /// Consumes and returns the key of a received message.
    package mutating func key(
        of leaf: LeafIndex, _ kind: RatchetKind, generation: UInt32
    ) throws -> MessageKey {
        try withRatchet(of: leaf, kind) { try $0.material(for: generation) }
    }

    private mutating func withRatchet(
        of leaf: LeafIndex, _ kind: RatchetKind, _ use: (inout HashRatchet) throws -> MessageKey
    ) throws -> MessageKey {
        var pair = try ratchets[leaf] ?? makeRatchets(for: leaf)
        // A failed attempt must not change any state, so write the pair back only on success.
        let key: MessageKey
        switch kind {
        case .handshake: key = try use(&pair.handshake)
        case .application: key = try use(&pair.application)
        }
        ratchets[leaf] = pair
        return key
    }

    private mutating func makeRatchets(for leaf: LeafIndex) throws -> Ratchets {
        guard leaf.node < TreeMath.nodeCount(leafCount: leafCount) else {
            throw RatchetError.unknownLeaf(leaf)
        }
        let path = [leaf.node] + TreeMath.directPath(leaf.node, leafCount: leafCount)
        guard let start = path.firstIndex(where: { nodeSecrets[$0] != nil }) else {
            throw RatchetError.unknownLeaf(leaf)
        }
        for index in stride(from: start, to: 0, by: -1) {
            guard let secret = nodeSecrets.removeValue(forKey: path[index]),
                let left = TreeMath.left(path[index]),
                let right = TreeMath.right(path[index])
            else { throw RatchetError.unknownLeaf(leaf) }
            nodeSecrets[left] = try LabeledKDF.expandWithLabel(
                secret, "tree", context: Array("left".utf8), length: CipherSuite.hashLengthBytes)
            nodeSecrets[right] = try LabeledKDF.expandWithLabel(
                secret, "tree", context: Array("right".utf8), length: CipherSuite.hashLengthBytes)
        }
        guard let secret = nodeSecrets.removeValue(forKey: leaf.node) else {
            throw RatchetError.unknownLeaf(leaf)
        }
        let made = Ratchets(
            handshake: HashRatchet(secret: try Self.ratchetSecret(secret, "handshake")),
            application: HashRatchet(secret: try Self.ratchetSecret(secret, "application")))
        // The derivation has deleted the secrets above, so keep the ratchets even if the caller's attempt to
        // use them fails.
        ratchets[leaf] = made
        return made
    }

    private static func ratchetSecret(_ secret: SecretBytes, _ label: String) throws -> SecretBytes {
        try LabeledKDF.expandWithLabel(secret, label, context: [], length: CipherSuite.hashLengthBytes)
    }
}

/// The form in which it is stored.
extension SecretTree: TLSCodable {
    package init(from reader: inout TLSReader) throws(TLSDecodingError) {
        leafCount = Int(try reader.uint32())
        let secrets = try reader.vector { (reader) throws(TLSDecodingError) in
            (Int(try reader.uint32()), try reader.secret())
        }
        nodeSecrets = Dictionary(secrets, uniquingKeysWith: { first, _ in first })
        let pairs = try reader.vector { (reader) throws(TLSDecodingError) in
            (
                try LeafIndex(from: &reader),
                Ratchets(
                    handshake: try HashRatchet(from: &reader), application: try HashRatchet(from: &reader))
            )
        }
        ratchets = Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }

    package func encode(to writer: inout TLSWriter) {
        writer.uint32(UInt32(leafCount))
        writer.nested { writer in
            for (node, secret) in nodeSecrets.sorted(by: { $0.key < $1.key }) {
                writer.uint32(UInt32(node))
                writer.secret(secret)
            }
        }
        writer.nested { writer in
            for (leaf, pair) in ratchets.sorted(by: { $0.key < $1.key }) {
                leaf.encode(to: &writer)
                pair.handshake.encode(to: &writer)
                pair.application.encode(to: &writer)
            }
        }
    }
}
