import Cryptography

/// A committer's new keys (§7.6): its leaf, and for each node on its filtered direct path a public key and
/// the path secret encrypted to the resolution of the copath.
package struct UpdatePath: Equatable, Sendable, TLSCodable {
    package struct Node: Equatable, Sendable, TLSCodable {
        package var encryptionKey: [UInt8]
        package var encryptedPathSecrets: [HPKE.Sealed]

        package init(encryptionKey: [UInt8], encryptedPathSecrets: [HPKE.Sealed]) {
            self.encryptionKey = encryptionKey
            self.encryptedPathSecrets = encryptedPathSecrets
        }

        package init(from reader: inout TLSReader) throws(TLSDecodingError) {
            encryptionKey = try reader.opaque()
            encryptedPathSecrets = try reader.vector(of: HPKE.Sealed.self)
        }

        package func encode(to writer: inout TLSWriter) {
            writer.opaque(encryptionKey)
            writer.vector(encryptedPathSecrets)
        }
    }

    package var leafNode: LeafNode
    package var nodes: [Node]

    package init(leafNode: LeafNode, nodes: [Node]) {
        self.leafNode = leafNode
        self.nodes = nodes
    }

    package init(from reader: inout TLSReader) throws(TLSDecodingError) {
        leafNode = try LeafNode(from: &reader)
        nodes = try reader.vector(of: Node.self)
    }

    package func encode(to writer: inout TLSWriter) {
        leafNode.encode(to: &writer)
        writer.vector(nodes)
    }
}
