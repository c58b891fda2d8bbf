import Cryptography

/// The secrets of one epoch (§8, table 4). The epoch secret itself is not stored.
package struct EpochSecrets: Equatable, Sendable {
    package let senderData: SecretBytes
    /// The root of the secret tree; empty once it has been handed over to the tree (§9.2).
    package private(set) var encryption: SecretBytes
    package let exporter: SecretBytes
    package let external: SecretBytes
    package let confirmationKey: SecretBytes
    package let membershipKey: SecretBytes
    package let resumptionPSK: SecretBytes
    package let epochAuthenticator: SecretBytes
    package let initSecret: SecretBytes

    package init(epochSecret: SecretBytes) throws(CryptographyError) {
        senderData = try LabeledKDF.deriveSecret(epochSecret, "sender data")
        encryption = try LabeledKDF.deriveSecret(epochSecret, "encryption")
        exporter = try LabeledKDF.deriveSecret(epochSecret, "exporter")
        external = try LabeledKDF.deriveSecret(epochSecret, "external")
        confirmationKey = try LabeledKDF.deriveSecret(epochSecret, "confirm")
        membershipKey = try LabeledKDF.deriveSecret(epochSecret, "membership")
        resumptionPSK = try LabeledKDF.deriveSecret(epochSecret, "resumption")
        epochAuthenticator = try LabeledKDF.deriveSecret(epochSecret, "authentication")
        initSecret = try LabeledKDF.deriveSecret(epochSecret, "init")
    }

    /// The secrets needed to read late messages after the epoch has ended, without those from which a later
    /// epoch could be derived.
    var forPastEpoch: EpochSecrets {
        let none = SecretBytes([])
        return EpochSecrets(
            senderData: senderData, encryption: none, exporter: exporter, external: none,
            confirmationKey: none,
            membershipKey: none, resumptionPSK: resumptionPSK, epochAuthenticator: none, initSecret: none)
    }

    private init(
        senderData: SecretBytes, encryption: SecretBytes, exporter: SecretBytes, external: SecretBytes,
        confirmationKey: SecretBytes, membershipKey: SecretBytes, resumptionPSK: SecretBytes,
        epochAuthenticator: SecretBytes, initSecret: SecretBytes
    ) {
        self.senderData = senderData
        self.encryption = encryption
        self.exporter = exporter
        self.external = external
        self.confirmationKey = confirmationKey
        self.membershipKey = membershipKey
        self.resumptionPSK = resumptionPSK
        self.epochAuthenticator = epochAuthenticator
        self.initSecret = initSecret
    }

    /// Moves the encryption secret into a new secret tree.
    mutating func makeSecretTree(leafCount: Int) -> SecretTree {
        defer { encryption = SecretBytes([]) }
        return SecretTree(encryptionSecret: encryption, leafCount: leafCount)
    }

    /// The public key in the `external_pub` extension (§8.3).
    package func externalPublicKey() throws -> [UInt8] {
        try X25519Key(privateKey: HPKE.derivePrivateKey(from: external)).publicKey
    }

    /// The tag that proves knowledge of the new epoch's secrets to its members (§6.1).
    package func confirmationTag(_ confirmedTranscriptHash: [UInt8]) -> [UInt8] {
        HMACSHA256.authenticationCode(for: confirmedTranscriptHash, key: confirmationKey)
    }
}

extension EpochSecrets: TLSCodable {
    package init(from reader: inout TLSReader) throws(TLSDecodingError) {
        senderData = try reader.secret()
        encryption = try reader.secret()
        exporter = try reader.secret()
        external = try reader.secret()
        confirmationKey = try reader.secret()
        membershipKey = try reader.secret()
        resumptionPSK = try reader.secret()
        epochAuthenticator = try reader.secret()
        initSecret = try reader.secret()
    }

    /// Encodes the form in which the secrets are stored.
    package func encode(to writer: inout TLSWriter) {
        for secret in [
            senderData, encryption, exporter, external, confirmationKey, membershipKey, resumptionPSK,
            epochAuthenticator, initSecret,
        ] {
            writer.secret(secret)
        }
    }
}
