import Cryptography

/// The sender of a PrivateMessage and the key it used; encrypted separately from the content (§6.3.2).
package struct SenderData: Equatable, Sendable, TLSCodable {
    package var leaf: LeafIndex
    package var generation: UInt32
    package var reuseGuard: [UInt8]

    package init(leaf: LeafIndex, generation: UInt32, reuseGuard: [UInt8]) {
        (self.leaf, self.generation, self.reuseGuard) = (leaf, generation, reuseGuard)
    }

    package init(from reader: inout TLSReader) throws(TLSDecodingError) {
        leaf = try LeafIndex(from: &reader)
        generation = try reader.uint32()
        reuseGuard = try reader.fixed(ReuseGuard.lengthBytes)
    }

    package func encode(to writer: inout TLSWriter) {
        leaf.encode(to: &writer)
        writer.uint32(generation)
        writer.fixed(reuseGuard)
    }

    /// Derives key and nonce from a sample of the content's ciphertext.
    package static func key(
        senderDataSecret: SecretBytes, ciphertext: [UInt8]
    ) throws(CryptographyError) -> (key: SecretBytes, nonce: [UInt8]) {
        let sample = Array(ciphertext.prefix(CipherSuite.hashLengthBytes))
        return (
            try LabeledKDF.expandWithLabel(
                senderDataSecret, "key", context: sample, length: CipherSuite.keyLengthBytes),
            try LabeledKDF.expandWithLabel(
                senderDataSecret, "nonce", context: sample, length: CipherSuite.nonceLengthBytes
            ).exposed()
        )
    }
}
