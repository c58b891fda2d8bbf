import Cryptography

/// The chain of path secrets along a direct path (§7.4).
enum PathSecrets {
    /// Derives the key pair of the node to which `pathSecret` belongs.
    static func nodeKey(_ pathSecret: SecretBytes) throws -> (privateKey: SecretBytes, publicKey: [UInt8]) {
        let nodeSecret = try LabeledKDF.deriveSecret(pathSecret, "node")
        let privateKey = try HPKE.derivePrivateKey(from: nodeSecret)
        return (privateKey, try X25519Key(privateKey: privateKey).publicKey)
    }

    /// The path secret of the next node up. The one after the last node is the commit secret.
    static func next(_ pathSecret: SecretBytes) throws -> SecretBytes {
        try LabeledKDF.deriveSecret(pathSecret, "path")
    }
}
