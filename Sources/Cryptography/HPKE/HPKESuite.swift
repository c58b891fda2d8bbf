/// The HPKE algorithms of MLS cipher suite 1 (RFC 9180 §7): DHKEM(X25519, HKDF-SHA256), HKDF-SHA256,
/// AES-128-GCM.
enum HPKESuite {
    static let kemID: [UInt8] = [0x00, 0x20]
    static let suiteID: [UInt8] = Array("HPKE".utf8) + [0x00, 0x20, 0x00, 0x01, 0x00, 0x01]
    static let kemSuiteID: [UInt8] = Array("KEM".utf8) + kemID
    static let secretLengthBytes = 32  // Nsecret
}
