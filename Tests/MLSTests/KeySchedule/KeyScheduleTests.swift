import Cryptography
import TestSupport
import Testing

@testable import MLS

@Suite("Key schedule — RFC 9420 §8", .enabled(if: Vectors.areAvailable, "\(Vectors.skipComment)"))
struct KeyScheduleTests {
    struct Vector: Decodable {
        struct Export: Decodable { let label: String, context: HexBytes, length: Int, secret: HexBytes }
        struct Epoch: Decodable {
            let treeHash: HexBytes, commitSecret: HexBytes, pskSecret: HexBytes,
                confirmedTranscriptHash: HexBytes
            let groupContext: HexBytes, joinerSecret: HexBytes, welcomeSecret: HexBytes, initSecret: HexBytes
            let senderDataSecret: HexBytes, encryptionSecret: HexBytes, exporterSecret: HexBytes
            let epochAuthenticator: HexBytes, externalSecret: HexBytes, confirmationKey: HexBytes
            let membershipKey: HexBytes, resumptionPsk: HexBytes, externalPub: HexBytes, exporter: Export
        }
        let cipherSuite: UInt16, groupId: HexBytes, initialInitSecret: HexBytes, epochs: [Epoch]
    }

    @Test("agrees with key-schedule.json")
    func keySchedule() throws {
        for vector in try Vectors.decode([Vector].self, from: "mls/key-schedule.json")
        where vector.cipherSuite == 1 {
            var initSecret = vector.initialInitSecret.secret
            for (number, epoch) in vector.epochs.enumerated() {
                let context = GroupContext(
                    groupID: vector.groupId.bytes, epoch: UInt64(number), treeHash: epoch.treeHash.bytes,
                    confirmedTranscriptHash: epoch.confirmedTranscriptHash.bytes, extensions: [])
                #expect(context.encoded == epoch.groupContext.bytes)
                let joiner = try JoinerSecret(
                    initSecret: initSecret, commitSecret: epoch.commitSecret.secret, context: context)
                #expect(joiner.secret == epoch.joinerSecret.secret)
                #expect(
                    try joiner.welcomeSecret(pskSecret: epoch.pskSecret.secret) == epoch.welcomeSecret.secret)
                let secrets = try joiner.epochSecrets(pskSecret: epoch.pskSecret.secret, context: context)
                #expect(secrets.initSecret == epoch.initSecret.secret)
                #expect(secrets.senderData == epoch.senderDataSecret.secret)
                #expect(secrets.encryption == epoch.encryptionSecret.secret)
                #expect(secrets.exporter == epoch.exporterSecret.secret)
                #expect(secrets.epochAuthenticator == epoch.epochAuthenticator.secret)
                #expect(secrets.external == epoch.externalSecret.secret)
                #expect(secrets.confirmationKey == epoch.confirmationKey.secret)
                #expect(secrets.membershipKey == epoch.membershipKey.secret)
                #expect(secrets.resumptionPSK == epoch.resumptionPsk.secret)
                #expect(try secrets.externalPublicKey() == epoch.externalPub.bytes)
                let export = epoch.exporter
                #expect(
                    try secrets.export(
                        label: export.label, context: export.context.bytes, length: export.length)
                        == export.secret.secret)
                initSecret = secrets.initSecret
            }
        }
    }

    struct PSKVector: Decodable {
        struct Key: Decodable { let pskId: HexBytes, psk: HexBytes, pskNonce: HexBytes }
        let cipherSuite: UInt16, psks: [Key], pskSecret: HexBytes
    }

    @Test("agrees with psk_secret.json")
    func preSharedKeys() throws {
        for vector in try Vectors.decode([PSKVector].self, from: "mls/psk_secret.json")
        where vector.cipherSuite == 1 {
            let keys = vector.psks.map {
                (
                    id: PreSharedKeyID(key: .external(id: $0.pskId.bytes), nonce: $0.pskNonce.bytes),
                    key: $0.psk.secret
                )
            }
            #expect(try PreSharedKey.secret(for: keys) == vector.pskSecret.secret)
        }
    }

    struct TranscriptVector: Decodable {
        let cipherSuite: UInt16, confirmationKey: HexBytes, authenticatedContent: HexBytes
        let interimTranscriptHashBefore: HexBytes, confirmedTranscriptHashAfter: HexBytes
        let interimTranscriptHashAfter: HexBytes
    }

    @Test("agrees with transcript-hashes.json")
    func transcripts() throws {
        for vector in try Vectors.decode([TranscriptVector].self, from: "mls/transcript-hashes.json")
        where vector.cipherSuite == 1 {
            let content = try AuthenticatedContent(decoding: vector.authenticatedContent.bytes)
            #expect(content.encoded == vector.authenticatedContent.bytes)
            let confirmed = TranscriptHash.confirmed(
                interimBefore: vector.interimTranscriptHashBefore.bytes, commit: content)
            #expect(confirmed == vector.confirmedTranscriptHashAfter.bytes)
            let tag = try #require(content.auth.confirmationTag)
            #expect(HMACSHA256.authenticationCode(for: confirmed, key: vector.confirmationKey.secret) == tag)
            #expect(
                TranscriptHash.interim(confirmed: confirmed, confirmationTag: tag)
                    == vector.interimTranscriptHashAfter.bytes)
        }
    }
}
