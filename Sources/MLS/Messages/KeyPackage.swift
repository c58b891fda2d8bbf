import Cryptography

/// The public data needed to add its owner to a group (§10).
package struct KeyPackage: Equatable, Sendable, TLSCodable {
    package var cipherSuite: CipherSuite
    package var initKey: [UInt8]
    package var leafNode: LeafNode
    package var extensions: [Extension]
    package var signature: [UInt8]

    package init(initKey: [UInt8], leafNode: LeafNode, extensions: [Extension] = []) {
        cipherSuite = .x25519AES128GCMSHA256Ed25519
        self.initKey = initKey
        self.leafNode = leafNode
        self.extensions = extensions
        signature = []
    }

    package init(from reader: inout TLSReader) throws(TLSDecodingError) {
        let start = reader
        let version = try reader.uint16()
        guard version == protocolVersionMLS10 else {
            throw start.failure(.invalidValue(of: "protocol version", UInt64(version)))
        }
        cipherSuite = try reader.code(CipherSuite.init(rawValue:))
        initKey = try reader.opaque()
        leafNode = try LeafNode(from: &reader)
        extensions = try reader.vector(of: Extension.self)
        signature = try reader.opaque()
    }

    package func encode(to writer: inout TLSWriter) {
        encodeUnsigned(to: &writer)
        writer.opaque(signature)
    }

    private func encodeUnsigned(to writer: inout TLSWriter) {
        writer.uint16(protocolVersionMLS10)
        writer.code(cipherSuite)
        writer.opaque(initKey)
        leafNode.encode(to: &writer)
        writer.vector(extensions)
    }

    private var toBeSigned: [UInt8] { TLSWriter.bytes { encodeUnsigned(to: &$0) } }

    package mutating func sign(with privateKey: SignaturePrivateKey) throws(CryptographyError) {
        signature = try LabeledSignature.sign(toBeSigned, label: "KeyPackageTBS", with: privateKey)
    }

    package var hasValidSignature: Bool {
        LabeledSignature.isValid(
            signature, of: toBeSigned, label: "KeyPackageTBS", publicKey: leafNode.signatureKey)
    }

    /// KeyPackageRef (§5.2), 32 bytes long.
    package var reference: [UInt8] { HashReference.keyPackage(encoded) }
}

/// A key package together with its private keys, as stored by its owner.
package struct KeyPackageBundle: Equatable, Sendable, TLSCodable {
    package let keyPackage: KeyPackage
    package let initPrivateKey: SecretBytes
    package let leafPrivateKey: SecretBytes
    package let signaturePrivateKey: SignaturePrivateKey

    package init(
        keyPackage: KeyPackage, initPrivateKey: SecretBytes, leafPrivateKey: SecretBytes,
        signaturePrivateKey: SignaturePrivateKey
    ) {
        self.keyPackage = keyPackage
        self.initPrivateKey = initPrivateKey
        self.leafPrivateKey = leafPrivateKey
        self.signaturePrivateKey = signaturePrivateKey
    }

    /// Creates and signs a key package with fresh keys.
    package static func make(
        credential: Credential, capabilities: Capabilities, lifetime: Lifetime, extensions: [Extension] = [],
        random: some RandomSource
    ) throws -> KeyPackageBundle {
        let initKey = try random.secret(32)
        let leafKey = try random.secret(32)
        let signatureKey = SignaturePrivateKey(try random.secret(32))
        var leaf = LeafNode(
            encryptionKey: try X25519Key(privateKey: leafKey).publicKey,
            signatureKey: try signatureKey.key().publicKey, credential: credential,
            capabilities: capabilities, source: .keyPackage(lifetime))
        try leaf.sign(with: signatureKey)
        var package = KeyPackage(
            initKey: try X25519Key(privateKey: initKey).publicKey, leafNode: leaf, extensions: extensions)
        try package.sign(with: signatureKey)
        return KeyPackageBundle(
            keyPackage: package, initPrivateKey: initKey, leafPrivateKey: leafKey,
            signaturePrivateKey: signatureKey)
    }

    package init(from reader: inout TLSReader) throws(TLSDecodingError) {
        keyPackage = try KeyPackage(from: &reader)
        initPrivateKey = try reader.secret()
        leafPrivateKey = try reader.secret()
        signaturePrivateKey = SignaturePrivateKey(try reader.secret())
    }

    package func encode(to writer: inout TLSWriter) {
        keyPackage.encode(to: &writer)
        writer.secret(initPrivateKey)
        writer.secret(leafPrivateKey)
        writer.secret(signaturePrivateKey.secret)
    }
}
