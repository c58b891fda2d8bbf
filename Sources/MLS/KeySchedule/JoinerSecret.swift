import Cryptography

/// The secret given to new members, from which the welcome secret and the epoch secrets are derived (§8,
/// figure 22).
package struct JoinerSecret: Equatable, Sendable {
    package let secret: SecretBytes

    package init(_ secret: SecretBytes) { self.secret = secret }

    package init(initSecret: SecretBytes, commitSecret: SecretBytes, context: GroupContext) throws {
        secret = try LabeledKDF.expandWithLabel(
            HKDF.extract(salt: initSecret, inputKeyMaterial: commitSecret), "joiner",
            context: context.encoded,
            length: CipherSuite.hashLengthBytes)
    }

    private func memberSecret(_ pskSecret: SecretBytes) -> SecretBytes {
        HKDF.extract(salt: secret, inputKeyMaterial: pskSecret)
    }

    package func welcomeSecret(pskSecret: SecretBytes) throws -> SecretBytes {
        try LabeledKDF.deriveSecret(memberSecret(pskSecret), "welcome")
    }

    package func epochSecrets(pskSecret: SecretBytes, context: GroupContext) throws -> EpochSecrets {
        try EpochSecrets(
            epochSecret: LabeledKDF.expandWithLabel(
                memberSecret(pskSecret), "epoch", context: context.encoded,
                length: CipherSuite.hashLengthBytes))
    }
}
