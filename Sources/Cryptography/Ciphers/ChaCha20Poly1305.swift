/// ChaCha20-Poly1305 (RFC 8439), the outer layer of Marmot group events.
package enum ChaCha20Poly1305 {
    package static let keyLengthBytes = 32
    package static let nonceLengthBytes = AEAD.nonceLengthBytes
    package static let tagLengthBytes = AEAD.tagLengthBytes

    private static let aead = AEAD(
        algorithm: .chaCha20Poly1305, keyLengthBytes: keyLengthBytes, name: "ChaCha20-Poly1305")

    /// Returns the ciphertext followed by the 16-byte tag. The nonce (12 bytes) must never be reused with the
    /// same key.
    package static func seal(
        _ plaintext: [UInt8], key: SecretBytes, nonce: [UInt8], authenticating associated: [UInt8] = []
    ) throws(CryptographyError) -> [UInt8] {
        try aead.seal(plaintext, key: key, nonce: nonce, authenticating: associated)
    }

    /// - Throws: `.authenticationFailed` for anything that `seal` did not produce with the same arguments.
    package static func open(
        _ sealed: [UInt8], key: SecretBytes, nonce: [UInt8], authenticating associated: [UInt8] = []
    ) throws(CryptographyError) -> [UInt8] {
        try aead.open(sealed, key: key, nonce: nonce, authenticating: associated)
    }
}
