import Cryptography

/// The long-term key shared by two Nostr keys (NIP-44 v2).
package struct ConversationKey: Sendable, Equatable {
    package let secret: SecretBytes

    package init(secret: SecretBytes) { self.secret = secret }

    package init(of key: Secp256k1SecretKey, with peer: XOnlyKey) throws(CryptographyError) {
        secret = HKDF.extract(
            salt: SecretBytes(Array("nip44-v2".utf8)),
            inputKeyMaterial: try Secp256k1Agreement.sharedX(of: key, with: peer))
    }

    /// Derives the keys of one message from its 32-byte nonce.
    package func messageKeys(
        nonce: [UInt8]
    ) throws(CryptographyError) -> (chaChaKey: SecretBytes, chaChaNonce: [UInt8], hmacKey: SecretBytes) {
        let material = try HKDF.expand(pseudoRandomKey: secret, info: nonce, length: 76).exposed()
        return (SecretBytes(material[0..<32]), Array(material[32..<44]), SecretBytes(material[44..<76]))
    }
}
