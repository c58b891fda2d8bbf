import Cryptography

/// ExpandWithLabel, DeriveSecret (§8) and DeriveTreeSecret (§9).
package enum LabeledKDF {
    package static func expandWithLabel(
        _ secret: SecretBytes, _ label: String, context: [UInt8], length: Int
    ) throws(CryptographyError) -> SecretBytes {
        let info = TLSWriter.bytes { writer in
            writer.uint16(UInt16(length))
            writer.opaque(Array("MLS 1.0 \(label)".utf8))
            writer.opaque(context)
        }
        return try HKDF.expand(pseudoRandomKey: secret, info: info, length: length)
    }

    package static func deriveSecret(_ secret: SecretBytes, _ label: String) throws(CryptographyError)
        -> SecretBytes
    {
        try expandWithLabel(secret, label, context: [], length: CipherSuite.hashLengthBytes)
    }

    package static func deriveTreeSecret(
        _ secret: SecretBytes, _ label: String, generation: UInt32, length: Int
    ) throws(CryptographyError) -> SecretBytes {
        try expandWithLabel(
            secret, label, context: TLSWriter.bytes { $0.uint32(generation) }, length: length)
    }
}
