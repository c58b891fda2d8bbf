import Cryptography
import MLS

/// Encryption of files (MIP-04): ChaCha20-Poly1305 under a key of the file's own, derived from a secret of the epoch.
package enum MediaCipher {
    /// What the key and the ciphertext are bound to.
    static func context(hash: [UInt8], type: MediaType, filename: String) -> [UInt8] {
        Array(MediaAttachment.version.utf8) + [0] + hash + [0] + Array(type.text.utf8) + [0]
            + Array(filename.utf8)
    }

    /// How MDK's versions come from the epoch's secret to the key of a file.
    enum Derivation: CaseIterable {
        /// MDK 0.7.1 and later: the secret is the pseudo-random key.
        case expand
        /// MDK 0.7.0.
        case extract
        /// MDK 0.6.
        case nostr

        var label: (label: String, context: String) {
            self == .nostr ? ("nostr", "nostr") : ("marmot", "encrypted-media")
        }
    }

    static func key(_ secret: SecretBytes, _ derivation: Derivation, context: [UInt8]) throws -> SecretBytes {
        let pseudoRandomKey =
            derivation == .expand
            ? secret : HKDF.extract(salt: SecretBytes([]), inputKeyMaterial: secret)
        return try HKDF.expand(
            pseudoRandomKey: pseudoRandomKey, info: context + [0] + Array("key".utf8),
            length: ChaCha20Poly1305.keyLengthBytes)
    }

    /// The keys that may open a file of this group: each epoch that is still known, newest first, in each version's way.
    static func keys(of attachment: MediaAttachment, in group: Group) throws -> [SecretBytes] {
        let context = context(hash: attachment.hash, type: attachment.type, filename: attachment.filename)
        var keys: [SecretBytes] = []
        for epoch in [group.epoch] + group.pastEpochs.map(\.epoch) {
            for derivation in Derivation.allCases {
                let (label, name) = derivation.label
                guard
                    let secret = try group.export(
                        label: label, context: Array(name.utf8), length: 32, epoch: epoch)
                else { continue }
                keys.append(try key(secret, derivation, context: context))
            }
        }
        return keys
    }

    /// Opens a file with whichever key does it.
    ///
    /// - Returns: nil where none of them does, or where the plaintext is another one than was promised.
    package static func open(_ blob: [UInt8], as attachment: MediaAttachment, with keys: [SecretBytes])
        -> [UInt8]?
    {
        let context = context(hash: attachment.hash, type: attachment.type, filename: attachment.filename)
        for key in keys {
            guard
                let plaintext = try? ChaCha20Poly1305.open(
                    blob, key: key, nonce: attachment.nonce, authenticating: context)
            else { continue }
            return SHA256.hash(plaintext) == attachment.hash ? plaintext : nil
        }
        return nil
    }
}

/// A file that is ready to be uploaded.
package struct SealedMedia: Sendable {
    /// Ciphertext and tag.
    package let blob: [UInt8]
    package let hash: [UInt8]
    package let nonce: [UInt8]
    package let key: SecretBytes
    /// Of the group: the message that names the file belongs to the same one.
    package let epoch: UInt64
}

extension MarmotClient {
    /// Encrypts a file for a group as it is now.
    ///
    /// - Throws: `MarmotError`.
    package func seal(
        _ plaintext: [UInt8], type: MediaType, filename: String, for groupID: [UInt8]
    ) throws -> SealedMedia {
        guard let group = account.groups[groupID] else { throw MarmotError.notPossible("no such group") }
        try group.requireOpen()
        let hash = SHA256.hash(plaintext)
        let context = MediaCipher.context(hash: hash, type: type, filename: filename)
        let derivation: MediaCipher.Derivation = group.dialect == .nip44 ? .nostr : .expand
        let (label, name) = derivation.label
        guard
            let secret = try group.mls.export(
                label: label, context: Array(name.utf8), length: 32, epoch: group.mls.epoch)
        else { throw MarmotError.undecryptable }
        let key = try MediaCipher.key(secret, derivation, context: context)
        let nonce = try random.bytes(MediaAttachment.nonceLengthBytes)
        let blob = try ChaCha20Poly1305.seal(plaintext, key: key, nonce: nonce, authenticating: context)
        return SealedMedia(blob: blob, hash: hash, nonce: nonce, key: key, epoch: group.mls.epoch)
    }

    /// Keys that may open a file that a message of this group names. Epochs are forgotten after a while: keep them with the message.
    package func mediaKeys(of attachment: MediaAttachment, in groupID: [UInt8]) throws -> [SecretBytes] {
        guard let group = account.groups[groupID] else { return [] }
        return try MediaCipher.keys(of: attachment, in: group.mls)
    }
}
