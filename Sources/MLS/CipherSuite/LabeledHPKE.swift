import Cryptography

/// HPKECiphertext (§7.6): an encapsulated key and what it encrypts.
extension HPKE.Sealed: TLSCodable {
    package init(from reader: inout TLSReader) throws(TLSDecodingError) {
        self.init(encapsulatedKey: try reader.opaque(), ciphertext: try reader.opaque())
    }

    package func encode(to writer: inout TLSWriter) {
        writer.opaque(encapsulatedKey)
        writer.opaque(ciphertext)
    }
}

/// EncryptWithLabel and DecryptWithLabel (§5.1.3).
package enum LabeledHPKE {
    package static func encrypt(
        _ plaintext: [UInt8], to publicKey: [UInt8], label: String, context: [UInt8],
        random: some RandomSource
    ) throws(CryptographyError) -> HPKE.Sealed {
        try HPKE.seal(plaintext, to: publicKey, info: encryptContext(label, context), random: random)
    }

    package static func decrypt(
        _ sealed: HPKE.Sealed, with privateKey: SecretBytes, label: String, context: [UInt8]
    ) throws(CryptographyError) -> [UInt8] {
        try HPKE.open(sealed, with: privateKey, info: encryptContext(label, context))
    }

    private static func encryptContext(_ label: String, _ context: [UInt8]) -> [UInt8] {
        TLSWriter.bytes { writer in
            writer.opaque(Array("MLS 1.0 \(label)".utf8))
            writer.opaque(context)
        }
    }
}
