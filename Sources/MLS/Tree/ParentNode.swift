/// An interior node of the ratchet tree (§7.1).
package struct ParentNode: Equatable, Sendable, TLSCodable {
    package var encryptionKey: [UInt8]
    package var parentHash: [UInt8]
    /// The descendant leaves that do not know this node's private key, in ascending order.
    package var unmergedLeaves: [LeafIndex]

    package init(encryptionKey: [UInt8], parentHash: [UInt8] = [], unmergedLeaves: [LeafIndex] = []) {
        self.encryptionKey = encryptionKey
        self.parentHash = parentHash
        self.unmergedLeaves = unmergedLeaves
    }

    package init(from reader: inout TLSReader) throws(TLSDecodingError) {
        encryptionKey = try reader.opaque()
        parentHash = try reader.opaque()
        unmergedLeaves = try reader.vector(of: LeafIndex.self)
    }

    package func encode(to writer: inout TLSWriter) {
        writer.opaque(encryptionKey)
        writer.opaque(parentHash)
        writer.vector(unmergedLeaves)
    }
}

/// A non-blank node (§12.4.3.3).
package enum Node: Equatable, Sendable, TLSCodable {
    case leaf(LeafNode)
    case parent(ParentNode)

    package var encryptionKey: [UInt8] {
        switch self {
        case .leaf(let leaf): leaf.encryptionKey
        case .parent(let parent): parent.encryptionKey
        }
    }

    var parentHash: [UInt8]? {
        switch self {
        case .leaf(let leaf): leaf.parentHash
        case .parent(let parent): parent.parentHash
        }
    }

    package init(from reader: inout TLSReader) throws(TLSDecodingError) {
        let start = reader
        switch try reader.uint8() {
        case 1: self = .leaf(try LeafNode(from: &reader))
        case 2: self = .parent(try ParentNode(from: &reader))
        case let other: throw start.failure(.invalidValue(of: "node type", UInt64(other)))
        }
    }

    package func encode(to writer: inout TLSWriter) {
        switch self {
        case .leaf(let leaf):
            writer.uint8(1)
            leaf.encode(to: &writer)
        case .parent(let parent):
            writer.uint8(2)
            parent.encode(to: &writer)
        }
    }
}
