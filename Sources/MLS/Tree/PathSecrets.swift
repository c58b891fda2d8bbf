import Cryptography

/// The chain of path secrets along a direct path (§7.4).
enum PathSecrets {
    /// The key pair of the node that `pathSecret` belongs to.
    static func nodeKey(_ pathSecret: SecretBytes) throws -> (privateKey: SecretBytes, publicKey: [UInt8]) {
        let nodeSecret = try LabeledKDF.deriveSecret(pathSecret, "node")
        let privateKey = try HPKE.derivePrivateKey(from: nodeSecret)
        return (privateKey, try X25519Key(privateKey: privateKey).publicKey)
    }

    /// The secret one node further up; above the last node it is the commit secret.
    static func next(_ pathSecret: SecretBytes) throws -> SecretBytes {
        try LabeledKDF.deriveSecret(pathSecret, "path")
    }
}
