/// HPKE (RFC 9180) for MLS cipher suite 1. The operations are in `HPKE+seal.swift` and `HPKE+open.swift`.
package enum HPKE {
    /// An encapsulated key (32 bytes) and a ciphertext (16 bytes longer than the plaintext).
    package struct Sealed: Equatable, Sendable {
        package var encapsulatedKey: [UInt8]
        package var ciphertext: [UInt8]

        package init(encapsulatedKey: [UInt8], ciphertext: [UInt8]) {
            self.encapsulatedKey = encapsulatedKey
            self.ciphertext = ciphertext
        }
    }

    /// DeriveKeyPair of the X25519 KEM (§7.1.3): derives a private key from a node secret or an external
    /// secret.
    package static func derivePrivateKey(from seed: SecretBytes) throws(CryptographyError) -> SecretBytes {
        let suite = HPKESuite.kemSuiteID
        let extracted = HPKELabels.extract(
            suiteID: suite, salt: SecretBytes([]), label: "dkp_prk", inputKeyMaterial: seed)
        return try HPKELabels.expand(suiteID: suite, key: extracted, label: "sk", info: [], length: 32)
    }
}
