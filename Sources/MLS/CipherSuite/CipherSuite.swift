import Cryptography

/// MLS cipher suites, §17.1. This client supports only suite 1, MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519.
package struct CipherSuite: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let x25519AES128GCMSHA256Ed25519 = CipherSuite(rawValue: 1)

    /// Nh, Nk and Nn of suite 1, in bytes.
    static let hashLengthBytes = SHA256.digestLengthBytes
    static let keyLengthBytes = AES128GCM.keyLengthBytes
    static let nonceLengthBytes = AES128GCM.nonceLengthBytes
    /// Npk. X25519 and Ed25519 public keys are both 32 bytes long.
    static let publicKeyLengthBytes = 32

    /// A secret of Nh zero bytes, which the RFC writes as 0.
    static let zeroSecret = SecretBytes([UInt8](repeating: 0, count: hashLengthBytes))
}
