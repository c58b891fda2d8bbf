/// LabeledExtract and LabeledExpand (RFC 9180 §4).
enum HPKELabels {
    private static let version = Array("HPKE-v1".utf8)

    static func extract(
        suiteID: [UInt8], salt: SecretBytes, label: String, inputKeyMaterial: SecretBytes,
        with engine: HMACSHA256.Engine = HMACSHA256.Engine()
    ) -> SecretBytes {
        let labeled = SecretBytes(version + suiteID + Array(label.utf8) + inputKeyMaterial.exposed())
        return HKDF.extract(salt: salt, inputKeyMaterial: labeled, with: engine)
    }

    static func expand(
        suiteID: [UInt8], key: SecretBytes, label: String, info: [UInt8], length: Int,
        with engine: HMACSHA256.Engine = HMACSHA256.Engine()
    ) throws(CryptographyError) -> SecretBytes {
        let length16 = [UInt8(truncatingIfNeeded: length >> 8), UInt8(truncatingIfNeeded: length)]
        return try HKDF.expand(
            pseudoRandomKey: key, info: length16 + version + suiteID + Array(label.utf8) + info,
            length: length, with: engine)
    }
}
