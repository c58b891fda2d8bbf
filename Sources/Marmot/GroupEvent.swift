import Cryptography
import MLS
import Nostr

/// The outer layer of kind 445 (MIP-03): an MLS message encrypted under a key that only the members of the
/// epoch have.
package enum GroupEvent {
    /// Encrypts the message and signs the event with a fresh one-time key.
    package static func seal(
        _ message: [UInt8], for group: Group, nostrGroupID: [UInt8], dialect: Dialect, now: Int64,
        random: some RandomSource
    ) throws -> Event {
        let oneTime = try Secp256k1SecretKey.random(from: random)
        guard let secret = try secret(dialect, group, epoch: group.epoch) else {
            throw MarmotError.undecryptable
        }
        var tags = [Tag("h", Hex.encode(nostrGroupID))]
        let content: String
        switch dialect {
        case .chaCha:
            let nonce = try random.bytes(ChaCha20Poly1305.nonceLengthBytes)
            content = Base64.encode(nonce + (try ChaCha20Poly1305.seal(message, key: secret, nonce: nonce)))
            tags.append(Tag("encoding", "base64"))
        case .nip44:
            content = try EncryptedPayload.encrypt(message, with: conversationKey(secret), random: random)
        }
        return try Rumor(
            author: oneTime.publicKey, createdAt: now, kind: .groupEvent, tags: tags, content: content
        ).signed(by: oneTime, random: random)
    }

    /// Whether the content can be one of the two encryptions at all. If it cannot, there is no point in
    /// queuing the event.
    package static func isWellFormed(_ event: Event) -> Bool {
        guard let bytes = Base64.decode(event.content) else { return false }
        return bytes.count >= ChaCha20Poly1305.nonceLengthBytes + ChaCha20Poly1305.tagLengthBytes
    }

    /// The MLS message inside, the dialect it was encrypted in and the epoch whose key opened it. Tries the
    /// current epoch first, then the past ones.
    ///
    /// - Throws: `.undecryptable` when none of the secrets that we still hold opens it.
    package static func open(
        _ event: Event, for group: Group, preferring dialect: Dialect
    ) throws -> (message: [UInt8], dialect: Dialect, epoch: UInt64) {
        guard let bytes = Base64.decode(event.content) else { throw MarmotError.undecryptable }
        let epochs = [group.epoch] + group.pastEpochs.map(\.epoch)
        for dialect in dialects(of: event, bytes, preferring: dialect) {
            for epoch in epochs {
                guard let secret = try secret(dialect, group, epoch: epoch),
                    let message = open(event.content, bytes, dialect, secret)
                else { continue }
                return (message, dialect, epoch)
            }
        }
        throw MarmotError.undecryptable
    }

    /// NIP-44 content is recognized by its version byte and the absence of an `encoding` tag.
    private static func dialects(of event: Event, _ bytes: [UInt8], preferring dialect: Dialect) -> [Dialect]
    {
        guard event.tags.first("encoding") == nil, bytes.first == EncryptedPayload.version else {
            return [.chaCha]
        }
        return dialect == .nip44 ? [.nip44, .chaCha] : [.chaCha, .nip44]
    }

    private static func open(
        _ content: String, _ bytes: [UInt8], _ dialect: Dialect, _ secret: SecretBytes
    ) -> [UInt8]? {
        switch dialect {
        case .chaCha:
            let minimum = ChaCha20Poly1305.nonceLengthBytes + ChaCha20Poly1305.tagLengthBytes
            guard bytes.count >= minimum else { return nil }
            return try? ChaCha20Poly1305.open(
                Array(bytes.dropFirst(ChaCha20Poly1305.nonceLengthBytes)), key: secret,
                nonce: Array(bytes.prefix(ChaCha20Poly1305.nonceLengthBytes)))
        case .nip44:
            guard let key = try? conversationKey(secret) else { return nil }
            return try? EncryptedPayload.decrypt(content, with: key)
        }
    }

    private static func secret(_ dialect: Dialect, _ group: Group, epoch: UInt64) throws -> SecretBytes? {
        switch dialect {
        case .chaCha:
            try group.export(label: "marmot", context: Array("group-event".utf8), length: 32, epoch: epoch)
        case .nip44: try group.export(label: "nostr", context: Array("nostr".utf8), length: 32, epoch: epoch)
        }
    }

    /// MDK 0.6 treats the exported secret as a secp256k1 key and derives the conversation key from that key
    /// with itself.
    private static func conversationKey(_ secret: SecretBytes) throws -> ConversationKey {
        let key = try Secp256k1SecretKey(secret)
        return try ConversationKey(of: key, with: key.publicKey)
    }
}
