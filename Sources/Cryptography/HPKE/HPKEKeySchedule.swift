/// Derives key and nonce of a single-shot encryption in base mode (RFC 9180 §5.1) from the KEM's shared
/// secret.
struct HPKEKeySchedule {
    let key: SecretBytes
    let baseNonce: [UInt8]
    private let exporterSecret: SecretBytes

    init(sharedSecret: SecretBytes, info: [UInt8]) throws(CryptographyError) {
        let suite = HPKESuite.suiteID
        let none = SecretBytes([])
        let pskIDHash = HPKELabels.extract(
            suiteID: suite, salt: none, label: "psk_id_hash", inputKeyMaterial: none)
        let infoHash = HPKELabels.extract(
            suiteID: suite, salt: none, label: "info_hash", inputKeyMaterial: SecretBytes(info))
        let context = [0x00] + pskIDHash.exposed() + infoHash.exposed()  // mode_base
        let secret = HPKELabels.extract(
            suiteID: suite, salt: sharedSecret, label: "secret", inputKeyMaterial: none)
        key = try HPKELabels.expand(
            suiteID: suite, key: secret, label: "key", info: context, length: AES128GCM.keyLengthBytes)
        baseNonce = try HPKELabels.expand(
            suiteID: suite, key: secret, label: "base_nonce", info: context,
            length: AES128GCM.nonceLengthBytes
        ).exposed()
        exporterSecret = try HPKELabels.expand(
            suiteID: suite, key: secret, label: "exp", info: context, length: HPKESuite.secretLengthBytes)
    }

    /// The exporter interface (§5.3), used by MLS external commits (RFC 9420 §8.3).
    func export(context: [UInt8], length: Int) throws(CryptographyError) -> SecretBytes {
        try HPKELabels.expand(
            suiteID: HPKESuite.suiteID, key: exporterSecret, label: "sec", info: context, length: length)
    }

    /// ExtractAndExpand of the DHKEM (§4.1).
    static func sharedSecret(
        agreement: SecretBytes, kemContext: [UInt8]
    ) throws(CryptographyError) -> SecretBytes {
        let suite = HPKESuite.kemSuiteID
        let extracted = HPKELabels.extract(
            suiteID: suite, salt: SecretBytes([]), label: "eae_prk", inputKeyMaterial: agreement)
        return try HPKELabels.expand(
            suiteID: suite, key: extracted, label: "shared_secret", info: kemContext,
            length: HPKESuite.secretLengthBytes)
    }
}
