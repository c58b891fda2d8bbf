import Cryptography

/// The key and nonce for a single message of a sender.
package struct MessageKey: Equatable, Sendable {
    package let generation: UInt32
    package let key: SecretBytes
    package let nonce: [UInt8]
}

/// Why the key of a generation is not available.
package enum RatchetError: Error, Equatable, CustomStringConvertible {
    /// More than `HashRatchet.maximumSkip` generations ahead of the next one expected.
    case tooFarAhead(generation: UInt32, newest: UInt32)
    /// Already used, or too old to be still in the window of stored keys.
    case generationConsumed(UInt32)
    /// All 2^32 generations have been used up.
    case exhausted
    /// The sender's leaf is outside the tree.
    case unknownLeaf(LeafIndex)

    package var description: String {
        switch self {
        case .tooFarAhead(let generation, let newest):
            "generation \(generation) is too far ahead of \(newest) (at most \(HashRatchet.maximumSkip))"
        case .generationConsumed(let generation):
            "generation \(generation) has already been used or is too old"
        case .exhausted: "all generations of this sender have been used up; the group needs a commit"
        case .unknownLeaf(let leaf): "leaf \(leaf) is outside the tree"
        }
    }
}

/// One sender's chain of message keys (§9.1). The keys of skipped generations are stored for late messages.
package struct HashRatchet: Equatable, Sendable {
    /// How far ahead a generation may be. The same value as in MDK, so that both lose the same messages.
    package static let maximumSkip: UInt32 = 1000
    /// How many generations before the newest one stay readable. MDK keeps 100; but where relays have different parts of a history, the slower
    /// one's may come any number of messages later, and then as many keys are needed as a jump ahead can have skipped.
    package static let outOfOrderWindow: UInt32 = HashRatchet.maximumSkip

    private var secret: SecretBytes
    /// The first generation that has not been derived yet.
    package private(set) var nextGeneration: UInt32
    private var skipped: [UInt32: MessageKey] = [:]

    package init(secret: SecretBytes) {
        self.secret = secret
        nextGeneration = 0
    }

    /// Consumes the next generation and returns its key, for sending.
    package mutating func next() throws -> MessageKey {
        guard nextGeneration < UInt32.max else { throw RatchetError.exhausted }
        return try advance()
    }

    /// Derives the key of a received generation and deletes it from the chain (§9.2).
    ///
    /// - Throws: `.tooFarAhead`, without changing any state; `.generationConsumed` if the key is requested a
    ///   second time.
    package mutating func material(for generation: UInt32) throws -> MessageKey {
        if generation < nextGeneration {
            guard let key = skipped.removeValue(forKey: generation) else {
                throw RatchetError.generationConsumed(generation)
            }
            return key
        }
        guard generation - nextGeneration <= Self.maximumSkip else {
            throw RatchetError.tooFarAhead(generation: generation, newest: nextGeneration)
        }
        guard generation < UInt32.max else { throw RatchetError.exhausted }
        let first = nextGeneration
        while nextGeneration < generation {
            let key = try advance()
            skipped[key.generation] = key
        }
        let key = try advance()
        // One generation leaves the window for each that entered it.
        let window = Self.outOfOrderWindow
        for left in (max(first, window + 1) - window - 1)..<(max(generation, window) - window) {
            skipped[left] = nil
        }
        return key
    }

    private mutating func advance() throws -> MessageKey {
        let generation = nextGeneration
        let key = try LabeledKDF.deriveTreeSecret(
            secret, "key", generation: generation, length: CipherSuite.keyLengthBytes)
        let nonce = try LabeledKDF.deriveTreeSecret(
            secret, "nonce", generation: generation, length: CipherSuite.nonceLengthBytes)
        secret = try LabeledKDF.deriveTreeSecret(
            secret, "secret", generation: generation, length: CipherSuite.hashLengthBytes)
        nextGeneration += 1
        return MessageKey(generation: generation, key: key, nonce: nonce.exposed())
    }
}

/// The form in which it is stored.
extension HashRatchet: TLSCodable {
    package init(from reader: inout TLSReader) throws(TLSDecodingError) {
        secret = try reader.secret()
        nextGeneration = try reader.uint32()
        let keys = try reader.vector { (reader) throws(TLSDecodingError) in
            MessageKey(generation: try reader.uint32(), key: try reader.secret(), nonce: try reader.opaque())
        }
        skipped = Dictionary(keys.map { ($0.generation, $0) }, uniquingKeysWith: { first, _ in first })
    }

    package func encode(to writer: inout TLSWriter) {
        writer.secret(secret)
        writer.uint32(nextGeneration)
        writer.nested { writer in
            for key in skipped.values.sorted(by: { $0.generation < $1.generation }) {
                writer.uint32(key.generation)
                writer.secret(key.key)
                writer.opaque(key.nonce)
            }
        }
    }
}
