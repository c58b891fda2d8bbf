import Cryptography

/// The period in which a key package may be used (§7.2), in seconds since 1970.
package struct Lifetime: Equatable, Sendable {
    package var notBefore: UInt64
    package var notAfter: UInt64

    package init(notBefore: UInt64, notAfter: UInt64) {
        self.notBefore = notBefore
        self.notAfter = notAfter
    }

    package func contains(_ now: UInt64) -> Bool { notBefore <= now && now <= notAfter }
}

/// A member's leaf (§7.2): keys, credential and capabilities, signed by the member.
package struct LeafNode: Equatable, Sendable, TLSCodable {
    /// How the leaf was created, with the data specific to that case.
    package enum Source: Equatable, Sendable {
        case keyPackage(Lifetime)
        case update
        case commit(parentHash: [UInt8])
    }

    package var encryptionKey: [UInt8]
    package var signatureKey: [UInt8]
    package var credential: Credential
    package var capabilities: Capabilities
    package var source: Source
    package var extensions: [Extension]
    package var signature: [UInt8]

    package init(
        encryptionKey: [UInt8], signatureKey: [UInt8], credential: Credential, capabilities: Capabilities,
        source: Source, extensions: [Extension] = [], signature: [UInt8] = []
    ) {
        self.encryptionKey = encryptionKey
        self.signatureKey = signatureKey
        self.credential = credential
        self.capabilities = capabilities
        self.source = source
        self.extensions = extensions
        self.signature = signature
    }

    package init(from reader: inout TLSReader) throws(TLSDecodingError) {
        encryptionKey = try reader.opaque()
        signatureKey = try reader.opaque()
        credential = try Credential(from: &reader)
        capabilities = try Capabilities(from: &reader)
        let start = reader
        switch try reader.uint8() {
        case 1: source = .keyPackage(Lifetime(notBefore: try reader.uint64(), notAfter: try reader.uint64()))
        case 2: source = .update
        case 3: source = .commit(parentHash: try reader.opaque())
        case let other: throw start.failure(.invalidValue(of: "leaf node source", UInt64(other)))
        }
        extensions = try reader.vector(of: Extension.self)
        signature = try reader.opaque()
    }

    package func encode(to writer: inout TLSWriter) {
        encodeUnsigned(to: &writer)
        writer.opaque(signature)
    }

    private func encodeUnsigned(to writer: inout TLSWriter) {
        writer.opaque(encryptionKey)
        writer.opaque(signatureKey)
        credential.encode(to: &writer)
        capabilities.encode(to: &writer)
        switch source {
        case .keyPackage(let lifetime):
            writer.uint8(1)
            writer.uint64(lifetime.notBefore)
            writer.uint64(lifetime.notAfter)
        case .update: writer.uint8(2)
        case .commit(let parentHash):
            writer.uint8(3)
            writer.opaque(parentHash)
        }
        writer.vector(extensions)
    }

    /// LeafNodeTBS. Leaves created inside a group are bound to their position in it.
    private func toBeSigned(groupID: [UInt8], at index: LeafIndex) -> [UInt8] {
        TLSWriter.bytes { writer in
            encodeUnsigned(to: &writer)
            switch source {
            case .keyPackage: break
            case .update, .commit:
                writer.opaque(groupID)
                index.encode(to: &writer)
            }
        }
    }

    /// A placeholder for the index of a leaf that is not in a group yet; the index is not part of the signed
    /// data then.
    static let unassignedIndex = LeafIndex(0)

    package mutating func sign(
        with privateKey: SignaturePrivateKey, groupID: [UInt8] = [], at index: LeafIndex = unassignedIndex
    ) throws(CryptographyError) {
        signature = try LabeledSignature.sign(
            toBeSigned(groupID: groupID, at: index), label: "LeafNodeTBS", with: privateKey)
    }

    package func hasValidSignature(groupID: [UInt8] = [], at index: LeafIndex = unassignedIndex) -> Bool {
        LabeledSignature.isValid(
            signature, of: toBeSigned(groupID: groupID, at: index), label: "LeafNodeTBS",
            publicKey: signatureKey)
    }

    /// The parent hash that a commit put into this leaf; nil for other sources.
    var parentHash: [UInt8]? {
        if case .commit(let hash) = source { hash } else { nil }
    }
}
