import Cryptography

/// RefHash (§5.2): the hash by which a key package or proposal is referred to.
package enum HashReference {
    package static func keyPackage(_ encoded: [UInt8]) -> [UInt8] {
        make("MLS 1.0 KeyPackage Reference", encoded)
    }

    /// - Parameter encoded: the AuthenticatedContent that contains the proposal.
    package static func proposal(_ encoded: [UInt8]) -> [UInt8] {
        make("MLS 1.0 Proposal Reference", encoded)
    }

    package static func make(_ label: String, _ value: [UInt8]) -> [UInt8] {
        SHA256.hash(
            TLSWriter.bytes { writer in
                writer.opaque(Array(label.utf8))
                writer.opaque(value)
            })
    }
}
