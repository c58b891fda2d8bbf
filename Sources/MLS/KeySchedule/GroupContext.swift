/// The state that all members agree on in an epoch (§8.1).
package struct GroupContext: Equatable, Sendable, TLSCodable {
    package var groupID: [UInt8]
    package var epoch: UInt64
    package var treeHash: [UInt8]
    package var confirmedTranscriptHash: [UInt8]
    package var extensions: [Extension]

    package init(
        groupID: [UInt8], epoch: UInt64, treeHash: [UInt8], confirmedTranscriptHash: [UInt8],
        extensions: [Extension]
    ) {
        self.groupID = groupID
        self.epoch = epoch
        self.treeHash = treeHash
        self.confirmedTranscriptHash = confirmedTranscriptHash
        self.extensions = extensions
    }

    package init(from reader: inout TLSReader) throws(TLSDecodingError) {
        let start = reader
        let version = try reader.uint16()
        guard version == protocolVersionMLS10 else {
            throw start.failure(.invalidValue(of: "protocol version", UInt64(version)))
        }
        let suite = try reader.code(CipherSuite.init(rawValue:))
        guard suite == .x25519AES128GCMSHA256Ed25519 else {
            throw start.failure(.invalidValue(of: "cipher suite", UInt64(suite.rawValue)))
        }
        groupID = try reader.opaque()
        epoch = try reader.uint64()
        treeHash = try reader.opaque()
        confirmedTranscriptHash = try reader.opaque()
        extensions = try reader.vector(of: Extension.self)
    }

    package func encode(to writer: inout TLSWriter) {
        writer.uint16(protocolVersionMLS10)
        writer.code(CipherSuite.x25519AES128GCMSHA256Ed25519)
        writer.opaque(groupID)
        writer.uint64(epoch)
        writer.opaque(treeHash)
        writer.opaque(confirmedTranscriptHash)
        writer.vector(extensions)
    }
}
