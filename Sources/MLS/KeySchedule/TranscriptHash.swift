import Cryptography

/// The two running hashes of a group's commits (§8.2).
package enum TranscriptHash {
    package static func confirmed(interimBefore: [UInt8], commit: AuthenticatedContent) -> [UInt8] {
        SHA256.hash(
            interimBefore
                + TLSWriter.bytes { writer in
                    writer.code(commit.wireFormat)
                    commit.content.encode(to: &writer)
                    writer.opaque(commit.auth.signature)
                })
    }

    package static func interim(confirmed: [UInt8], confirmationTag: [UInt8]) -> [UInt8] {
        SHA256.hash(confirmed + TLSWriter.bytes { $0.opaque(confirmationTag) })
    }
}
