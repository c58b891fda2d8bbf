/// The open registries of RFC 9420 §17. Any number may be received, but only some have names here.

/// MLS extension types, §17.3.
package struct ExtensionType: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let applicationID = ExtensionType(rawValue: 1)
    package static let ratchetTree = ExtensionType(rawValue: 2)
    package static let requiredCapabilities = ExtensionType(rawValue: 3)
    package static let externalPub = ExtensionType(rawValue: 4)
    package static let externalSenders = ExtensionType(rawValue: 5)
    /// draft-ietf-mls-extensions: the key package may be used more than once.
    package static let lastResort = ExtensionType(rawValue: 0x000a)

    /// Whether every client supports the type without listing it (§7.2).
    package var isDefault: Bool { (1...5).contains(rawValue) }

    /// Where an extension of this type may stand (§17.3); nil for types that we do not know.
    var place: Place? {
        switch self {
        case .applicationID: .leafNode
        case .ratchetTree, .externalPub: .groupInfo
        case .requiredCapabilities, .externalSenders: .groupContext
        case .lastResort: .keyPackage
        default: nil
        }
    }

    /// A structure that has extensions.
    enum Place { case leafNode, keyPackage, groupContext, groupInfo }
}

/// MLS proposal types, §17.4.
package struct ProposalType: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let add = ProposalType(rawValue: 1)
    package static let update = ProposalType(rawValue: 2)
    package static let remove = ProposalType(rawValue: 3)
    package static let preSharedKey = ProposalType(rawValue: 4)
    package static let reInit = ProposalType(rawValue: 5)
    package static let externalInit = ProposalType(rawValue: 6)
    package static let groupContextExtensions = ProposalType(rawValue: 7)
    /// draft-ietf-mls-extensions, SelfRemove.
    package static let selfRemove = ProposalType(rawValue: 0x000a)

    /// Whether every client supports the type without listing it (§7.2).
    package var isDefault: Bool { (1...7).contains(rawValue) }
}

/// MLS credential types, §17.5.
package struct CredentialType: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let basic = CredentialType(rawValue: 1)
    package static let x509 = CredentialType(rawValue: 2)
}

/// MLS wire formats, §17.2.
package enum WireFormat: UInt16, Sendable {
    case publicMessage = 1
    case privateMessage = 2
    case welcome = 3
    case groupInfo = 4
    case keyPackage = 5
}

/// The only protocol version, `mls10` (§6).
package let protocolVersionMLS10: UInt16 = 1

extension TLSWriter {
    package mutating func code(_ value: some RawRepresentable<UInt16>) { uint16(value.rawValue) }
    package mutating func codes(_ values: [some RawRepresentable<UInt16>]) {
        nested { writer in
            for value in values { writer.uint16(value.rawValue) }
        }
    }
}

extension TLSReader {
    /// Reads a code of an open registry.
    package mutating func code<Code: RawRepresentable<UInt16>>(
        _ make: (UInt16) -> Code
    ) throws(TLSDecodingError) -> Code { make(try uint16()) }

    /// Reads a code of a closed set.
    package mutating func closedCode<Code: RawRepresentable>(
        _ type: Code.Type, named name: String
    ) throws(TLSDecodingError) -> Code where Code.RawValue == UInt16 {
        let start = self
        let value = try uint16()
        guard let code = Code(rawValue: value) else {
            throw start.failure(.invalidValue(of: name, UInt64(value)))
        }
        return code
    }

    /// The same for one-byte enumerations.
    package mutating func closedCode8<Code: RawRepresentable>(
        _ type: Code.Type, named name: String
    ) throws(TLSDecodingError) -> Code where Code.RawValue == UInt8 {
        let start = self
        let value = try uint8()
        guard let code = Code(rawValue: value) else {
            throw start.failure(.invalidValue(of: name, UInt64(value)))
        }
        return code
    }

    package mutating func codes<Code: RawRepresentable<UInt16>>(
        _ make: (UInt16) -> Code
    ) throws(TLSDecodingError) -> [Code] {
        try vector { (reader) throws(TLSDecodingError) in make(try reader.uint16()) }
    }
}
