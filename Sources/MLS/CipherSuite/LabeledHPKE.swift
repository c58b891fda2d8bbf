import Cryptography

/// HPKECiphertext (§7.6): an encapsulated key and a ciphertext.
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

    /// A plaintext and the public key to encrypt it to.
    package struct Recipient: Sendable {
        let plaintext: SecretBytes
        let publicKey: [UInt8]

        package init(_ plaintext: SecretBytes, publicKey: [UInt8]) {
            (self.plaintext, self.publicKey) = (plaintext, publicKey)
        }
    }

    /// Encrypts to many recipients on all processors. The random bytes are generated in the order of the
    /// recipients, so that the result does not depend on scheduling.
    package static func encrypt(
        to recipients: [Recipient], label: String, context: [UInt8], random: some RandomSource
    ) throws -> [HPKE.Sealed] {
        let sealing = HPKE.Sealing(info: encryptContext(label, context))
        let work = try recipients.map { (recipient: $0, ephemeralKey: try random.secret(32)) }
        return try Parallel.map(work) { item in
            try sealing.seal(
                item.recipient.plaintext.exposed(), to: item.recipient.publicKey,
                ephemeralKey: item.ephemeralKey)
        }
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
