/// The capabilities of a member's client (§7.2). Unknown values, including GREASE (§13.5), are preserved but
/// ignored.
package struct Capabilities: Equatable, Sendable, TLSCodable {
    package var versions: [UInt16]
    package var cipherSuites: [CipherSuite]
    package var extensions: [ExtensionType]
    package var proposals: [ProposalType]
    package var credentials: [CredentialType]

    package init(
        versions: [UInt16] = [protocolVersionMLS10],
        cipherSuites: [CipherSuite] = [.x25519AES128GCMSHA256Ed25519], extensions: [ExtensionType] = [],
        proposals: [ProposalType] = [], credentials: [CredentialType] = [.basic]
    ) {
        self.versions = versions
        self.cipherSuites = cipherSuites
        self.extensions = extensions
        self.proposals = proposals
        self.credentials = credentials
    }

    package init(from reader: inout TLSReader) throws(TLSDecodingError) {
        versions = try reader.vector { (reader) throws(TLSDecodingError) in try reader.uint16() }
        cipherSuites = try reader.codes(CipherSuite.init(rawValue:))
        extensions = try reader.codes(ExtensionType.init(rawValue:))
        proposals = try reader.codes(ProposalType.init(rawValue:))
        credentials = try reader.codes(CredentialType.init(rawValue:))
    }

    package func encode(to writer: inout TLSWriter) {
        writer.nested { writer in
            for version in versions { writer.uint16(version) }
        }
        writer.codes(cipherSuites)
        writer.codes(extensions)
        writer.codes(proposals)
        writer.codes(credentials)
    }

    package func supports(_ type: ExtensionType) -> Bool { type.isDefault || extensions.contains(type) }
    package func supports(_ type: ProposalType) -> Bool { type.isDefault || proposals.contains(type) }

    /// Whether this client can be a member of a group with these required capabilities (§11.1).
    package func satisfies(_ required: RequiredCapabilities) -> Bool {
        required.extensions.allSatisfy(supports) && required.proposals.allSatisfy(supports)
            && required.credentials.allSatisfy(credentials.contains)
    }
}
