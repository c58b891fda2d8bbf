import Cryptography

extension EpochSecrets {
    /// MLS-Exporter (§8.5): derives `length` bytes bound to this epoch, the label and the context.
    package func export(label: String, context: [UInt8], length: Int) throws(CryptographyError) -> SecretBytes
    {
        try LabeledKDF.expandWithLabel(
            LabeledKDF.deriveSecret(exporter, label), "exported", context: SHA256.hash(context),
            length: length)
    }
}
