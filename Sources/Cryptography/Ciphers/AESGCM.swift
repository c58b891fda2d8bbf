/// AES-128-GCM (NIST SP 800-38D), the AEAD of MLS cipher suite 1.
package enum AES128GCM {
    package static let keyLengthBytes = 16
    package static let nonceLengthBytes = AEAD.nonceLengthBytes
    package static let tagLengthBytes = AEAD.tagLengthBytes

    private static let aead = AEAD(algorithm: .aes128GCM, keyLengthBytes: keyLengthBytes, name: "AES-128-GCM")

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
