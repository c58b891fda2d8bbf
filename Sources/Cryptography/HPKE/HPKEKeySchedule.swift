/// Derives key and nonce of a single-shot encryption in base mode (RFC 9180 §5.1) from the KEM's shared
/// secret.
struct HPKEKeySchedule {
    let key: SecretBytes
    let baseNonce: [UInt8]
    private let secret: SecretBytes
    private let context: [UInt8]

    private static let none = SecretBytes([])
    /// No pre-shared key is used, so that its part is always the same.
    private static let pskIDHash = HPKELabels.extract(
        suiteID: HPKESuite.suiteID, salt: none, label: "psk_id_hash", inputKeyMaterial: none
    ).exposed()

    /// The context for `info`, which is the same for all recipients.
    static func context(info: [UInt8]) -> [UInt8] {
        let infoHash = HPKELabels.extract(
            suiteID: HPKESuite.suiteID, salt: none, label: "info_hash", inputKeyMaterial: SecretBytes(info))
        return [0x00] + pskIDHash + infoHash.exposed()  // mode_base
    }

    init(
        sharedSecret: SecretBytes, context: [UInt8], with engine: HMACSHA256.Engine
    ) throws(CryptographyError) {
        let suite = HPKESuite.suiteID
        self.context = context
        secret = HPKELabels.extract(
            suiteID: suite, salt: sharedSecret, label: "secret", inputKeyMaterial: Self.none,
            with: engine)
        key = try HPKELabels.expand(
            suiteID: suite, key: secret, label: "key", info: context, length: AES128GCM.keyLengthBytes,
            with: engine)
        baseNonce = try HPKELabels.expand(
            suiteID: suite, key: secret, label: "base_nonce", info: context,
            length: AES128GCM.nonceLengthBytes, with: engine
        ).exposed()
    }

    /// The exporter interface (§5.3), used by MLS external commits (RFC 9420 §8.3).
    func export(context exporterContext: [UInt8], length: Int) throws(CryptographyError) -> SecretBytes {
        let exporterSecret = try HPKELabels.expand(
            suiteID: HPKESuite.suiteID, key: secret, label: "exp", info: context,
            length: HPKESuite.secretLengthBytes)
        return try HPKELabels.expand(
            suiteID: HPKESuite.suiteID, key: exporterSecret, label: "sec", info: exporterContext,
            length: length)
    }

    /// ExtractAndExpand of the DHKEM (§4.1).
    static func sharedSecret(
        agreement: SecretBytes, kemContext: [UInt8], with engine: HMACSHA256.Engine
    ) throws(CryptographyError) -> SecretBytes {
        let suite = HPKESuite.kemSuiteID
        let extracted = HPKELabels.extract(
            suiteID: suite, salt: SecretBytes([]), label: "eae_prk", inputKeyMaterial: agreement,
            with: engine)
        return try HPKELabels.expand(
            suiteID: suite, key: extracted, label: "shared_secret", info: kemContext,
            length: HPKESuite.secretLengthBytes, with: engine)
    }
}
