/// An extension (§13.2). Its data is not parsed, because hashes and signatures cover the exact bytes.
package struct Extension: Equatable, Sendable, TLSCodable {
    package var type: ExtensionType
    package var data: [UInt8]

    package init(type: ExtensionType, data: [UInt8]) {
        self.type = type
        self.data = data
    }

    package init(from reader: inout TLSReader) throws(TLSDecodingError) {
        type = try reader.code(ExtensionType.init(rawValue:))
        data = try reader.opaque()
    }

    package func encode(to writer: inout TLSWriter) {
        writer.code(type)
        writer.opaque(data)
    }
}

extension [Extension] {
    package func first(_ type: ExtensionType) -> Extension? { first { $0.type == type } }

    /// A list must not contain more than one extension of the same type (§13.4).
    var hasDuplicates: Bool { Set(map(\.type)).count != count }

    /// Whether all known types may stand there (§17.3). Other clients refuse those that may not.
    func fit(_ place: ExtensionType.Place) -> Bool {
        allSatisfy { $0.type.place == nil || $0.type.place == place }
    }

    /// A last_resort extension that contains something: its data is an empty struct (draft-ietf-mls-extensions).
    var hasMalformedLastResort: Bool { contains { $0.type == .lastResort && !$0.data.isEmpty } }
}

/// The required_capabilities extension (§11.1).
package struct RequiredCapabilities: Equatable, Sendable, TLSCodable {
    package var extensions: [ExtensionType] = []
    package var proposals: [ProposalType] = []
    package var credentials: [CredentialType] = []

    package init(
        extensions: [ExtensionType] = [], proposals: [ProposalType] = [], credentials: [CredentialType] = []
    ) {
        (self.extensions, self.proposals, self.credentials) = (extensions, proposals, credentials)
    }

    package init(from reader: inout TLSReader) throws(TLSDecodingError) {
        extensions = try reader.codes(ExtensionType.init(rawValue:))
        proposals = try reader.codes(ProposalType.init(rawValue:))
        credentials = try reader.codes(CredentialType.init(rawValue:))
    }

    package func encode(to writer: inout TLSWriter) {
        writer.codes(extensions)
        writer.codes(proposals)
        writer.codes(credentials)
    }
}
