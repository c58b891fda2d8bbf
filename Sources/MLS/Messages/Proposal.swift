/// A proposed change to the group (§12.1).
package enum Proposal: Equatable, Sendable, TLSCodable {
    case add(KeyPackage)
    case update(LeafNode)
    case remove(LeafIndex)
    case preSharedKey(PreSharedKeyID)
    case reInit(ReInit)
    case externalInit(kemOutput: [UInt8])
    case groupContextExtensions([Extension])
    /// draft-ietf-mls-extensions: the sender leaves. It has no body.
    case selfRemove

    /// ReInit (§12.1.5).
    package struct ReInit: Equatable, Sendable {
        package var groupID: [UInt8]
        package var version: UInt16
        package var cipherSuite: CipherSuite
        package var extensions: [Extension]
    }

    package var type: ProposalType {
        switch self {
        case .add: .add
        case .update: .update
        case .remove: .remove
        case .preSharedKey: .preSharedKey
        case .reInit: .reInit
        case .externalInit: .externalInit
        case .groupContextExtensions: .groupContextExtensions
        case .selfRemove: .selfRemove
        }
    }

    package init(from reader: inout TLSReader) throws(TLSDecodingError) {
        let start = reader
        switch try reader.code(ProposalType.init(rawValue:)) {
        case .add: self = .add(try KeyPackage(from: &reader))
        case .update: self = .update(try LeafNode(from: &reader))
        case .remove: self = .remove(try LeafIndex(from: &reader))
        case .preSharedKey: self = .preSharedKey(try PreSharedKeyID(from: &reader))
        case .reInit:
            self = .reInit(
                ReInit(
                    groupID: try reader.opaque(), version: try reader.uint16(),
                    cipherSuite: try reader.code(CipherSuite.init(rawValue:)),
                    extensions: try reader.vector(of: Extension.self)))
        case .externalInit: self = .externalInit(kemOutput: try reader.opaque())
        case .groupContextExtensions: self = .groupContextExtensions(try reader.vector(of: Extension.self))
        case .selfRemove: self = .selfRemove
        case let other: throw start.failure(.invalidValue(of: "proposal type", UInt64(other.rawValue)))
        }
    }

    package func encode(to writer: inout TLSWriter) {
        writer.code(type)
        switch self {
        case .add(let package): package.encode(to: &writer)
        case .update(let leaf): leaf.encode(to: &writer)
        case .remove(let index): index.encode(to: &writer)
        case .preSharedKey(let id): id.encode(to: &writer)
        case .reInit(let reInit):
            writer.opaque(reInit.groupID)
            writer.uint16(reInit.version)
            writer.code(reInit.cipherSuite)
            writer.vector(reInit.extensions)
        case .externalInit(let kemOutput): writer.opaque(kemOutput)
        case .groupContextExtensions(let extensions): writer.vector(extensions)
        case .selfRemove: break
        }
    }
}

/// A proposal in a commit, either by value or by the hash of the message that contained it (§12.4).
package enum ProposalOrRef: Equatable, Sendable, TLSCodable {
    case proposal(Proposal)
    case reference([UInt8])

    package init(from reader: inout TLSReader) throws(TLSDecodingError) {
        let start = reader
        switch try reader.uint8() {
        case 1: self = .proposal(try Proposal(from: &reader))
        case 2: self = .reference(try reader.opaque())
        case let other: throw start.failure(.invalidValue(of: "proposal-or-ref type", UInt64(other)))
        }
    }

    package func encode(to writer: inout TLSWriter) {
        switch self {
        case .proposal(let proposal):
            writer.uint8(1)
            proposal.encode(to: &writer)
        case .reference(let reference):
            writer.uint8(2)
            writer.opaque(reference)
        }
    }
}
