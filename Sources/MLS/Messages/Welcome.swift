import Cryptography

/// The message with which new members join (§12.4.3.1).
package struct Welcome: Equatable, Sendable, TLSCodable {
    package struct EncryptedGroupSecrets: Equatable, Sendable, TLSCodable {
        /// KeyPackageRef of the recipient's key package.
        package var newMember: [UInt8]
        package var encrypted: HPKE.Sealed

        package init(newMember: [UInt8], encrypted: HPKE.Sealed) {
            self.newMember = newMember
            self.encrypted = encrypted
        }

        package init(from reader: inout TLSReader) throws(TLSDecodingError) {
            newMember = try reader.opaque()
            encrypted = try HPKE.Sealed(from: &reader)
        }

        package func encode(to writer: inout TLSWriter) {
            writer.opaque(newMember)
            encrypted.encode(to: &writer)
        }
    }

    package var secrets: [EncryptedGroupSecrets]
    package var encryptedGroupInfo: [UInt8]

    /// For each KeyPackageRef, the same Welcome with the secrets of that new member only. It is shorter and
    /// does not reveal who else was invited.
    package var addressed: [[UInt8]: Welcome] {
        Dictionary(
            secrets.map { entry in
                (entry.newMember, Welcome(secrets: [entry], encryptedGroupInfo: encryptedGroupInfo))
            }, uniquingKeysWith: { first, _ in first })
    }

    package init(secrets: [EncryptedGroupSecrets], encryptedGroupInfo: [UInt8]) {
        self.secrets = secrets
        self.encryptedGroupInfo = encryptedGroupInfo
    }

    package init(from reader: inout TLSReader) throws(TLSDecodingError) {
        let start = reader
        let suite = try reader.uint16()
        guard suite == CipherSuite.x25519AES128GCMSHA256Ed25519.rawValue else {
            throw start.failure(.invalidValue(of: "cipher suite", UInt64(suite)))
        }
        secrets = try reader.vector(of: EncryptedGroupSecrets.self)
        encryptedGroupInfo = try reader.opaque()
    }

    package func encode(to writer: inout TLSWriter) {
        writer.code(CipherSuite.x25519AES128GCMSHA256Ed25519)
        writer.vector(secrets)
        writer.opaque(encryptedGroupInfo)
    }

    /// Derives key and nonce of `encryptedGroupInfo`.
    static func groupInfoKey(welcomeSecret: SecretBytes) throws -> (key: SecretBytes, nonce: [UInt8]) {
        (
            try LabeledKDF.expandWithLabel(
                welcomeSecret, "key", context: [], length: CipherSuite.keyLengthBytes),
            try LabeledKDF.expandWithLabel(
                welcomeSecret, "nonce", context: [], length: CipherSuite.nonceLengthBytes
            ).exposed()
        )
    }

    /// Decrypts the entry for a key package.
    package func groupSecrets(
        for reference: [UInt8], initPrivateKey: SecretBytes
    ) throws -> GroupSecrets {
        guard let entry = secrets.first(where: { $0.newMember == reference }) else { throw MLSError.notForUs }
        do {
            return try GroupSecrets(
                decoding: LabeledHPKE.decrypt(
                    entry.encrypted, with: initPrivateKey, label: "Welcome", context: encryptedGroupInfo))
        } catch is CryptographyError {
            throw MLSError.undecryptable
        }
    }

    package func groupInfo(joiner: JoinerSecret, pskSecret: SecretBytes) throws -> GroupInfo {
        let (key, nonce) = try Self.groupInfoKey(welcomeSecret: joiner.welcomeSecret(pskSecret: pskSecret))
        do {
            return try GroupInfo(decoding: AES128GCM.open(encryptedGroupInfo, key: key, nonce: nonce))
        } catch is CryptographyError {
            throw MLSError.undecryptable
        }
    }
}

/// The secrets that one new member gets in addition to the GroupInfo (§12.4.3.1).
package struct GroupSecrets: Equatable, Sendable, TLSCodable {
    package var joinerSecret: SecretBytes
    /// The path secret of the lowest node that the new member shares with the committer; nil for commits
    /// without a path.
    package var pathSecret: SecretBytes?
    package var preSharedKeys: [PreSharedKeyID]

    package init(joinerSecret: SecretBytes, pathSecret: SecretBytes?, preSharedKeys: [PreSharedKeyID]) {
        self.joinerSecret = joinerSecret
        self.pathSecret = pathSecret
        self.preSharedKeys = preSharedKeys
    }

    package init(from reader: inout TLSReader) throws(TLSDecodingError) {
        joinerSecret = try reader.secret()
        pathSecret = try reader.optional { (reader) throws(TLSDecodingError) in try reader.secret() }
        preSharedKeys = try reader.vector(of: PreSharedKeyID.self)
    }

    package func encode(to writer: inout TLSWriter) {
        writer.secret(joinerSecret)
        writer.optional(pathSecret) { writer, secret in writer.secret(secret) }
        writer.vector(preSharedKeys)
    }
}
