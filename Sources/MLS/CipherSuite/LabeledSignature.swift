import Cryptography

/// SignWithLabel and VerifyWithLabel (§5.1.2).
package enum LabeledSignature {
    package static func sign(
        _ content: [UInt8], label: String, with privateKey: SignaturePrivateKey
    ) throws(CryptographyError) -> [UInt8] {
        try privateKey.key().signature(for: signContent(content, label))
    }

    package static func isValid(
        _ signature: [UInt8], of content: [UInt8], label: String, publicKey: [UInt8]
    ) -> Bool {
        Ed25519Key.isValid(signature, for: signContent(content, label), publicKey: publicKey)
    }

    private static func signContent(_ content: [UInt8], _ label: String) -> [UInt8] {
        TLSWriter.bytes { writer in
            writer.opaque(Array("MLS 1.0 \(label)".utf8))
            writer.opaque(content)
        }
    }
}
