import Cryptography
import Foundation
import TestSupport
import Testing

@testable import MLS

@Suite("Passive client — RFC 9420 §12", .enabled(if: Vectors.areAvailable, "\(Vectors.skipComment)"))
struct PassiveClientTests {
    struct Vector: Decodable {
        struct PSK: Decodable { let pskId: HexBytes, psk: HexBytes }
        struct Epoch: Decodable { let proposals: [HexBytes], commit: HexBytes, epochAuthenticator: HexBytes }
        let cipherSuite: UInt16, externalPsks: [PSK], keyPackage: HexBytes
        let signaturePriv: HexBytes, encryptionPriv: HexBytes, initPriv: HexBytes
        let welcome: HexBytes, ratchetTree: HexBytes?, initialEpochAuthenticator: HexBytes, epochs: [Epoch]
    }

    struct WelcomeVector: Decodable {
        let cipherSuite: UInt16, initPriv: HexBytes, keyPackage: HexBytes, signerPub: HexBytes,
            welcome: HexBytes
    }

    @Test("welcome.json: the GroupInfo opens, is signed and confirmed")
    func welcome() throws {
        for vector in try Vectors.decode([WelcomeVector].self, from: "mls/welcome.json")
        where vector.cipherSuite == 1 {
            guard case .welcome(let welcome) = try MLSMessage(decoding: vector.welcome.bytes),
                case .keyPackage(let package) = try MLSMessage(decoding: vector.keyPackage.bytes)
            else {
                Issue.record("welcome.json holds other messages")
                continue
            }
            let secrets = try welcome.groupSecrets(
                for: package.reference, initPrivateKey: vector.initPriv.secret)
            let joiner = JoinerSecret(secrets.joinerSecret)
            let info = try welcome.groupInfo(joiner: joiner, pskSecret: CipherSuite.zeroSecret)
            #expect(info.hasValidSignature(publicKey: vector.signerPub.bytes))
            let epoch = try joiner.epochSecrets(pskSecret: CipherSuite.zeroSecret, context: info.context)
            #expect(epoch.confirmationTag(info.context.confirmedTranscriptHash) == info.confirmationTag)
        }
    }

    /// Any file of this format that the vectors' folder holds is run, whatever it is called.
    static let files: [String] = {
        let folder = Vectors.directory.appendingPathComponent("mls")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { name in
            guard name.hasSuffix(".json"),
                let data = try? Data(contentsOf: folder.appendingPathComponent(name))
            else { return false }
            let marks = ["initial_epoch_authenticator", "external_psks", "epochs"].map {
                Data("\"\($0)\"".utf8)
            }
            return marks.allSatisfy { data.range(of: $0) != nil }
        }.sorted()
    }()

    @Test("joins and follows every epoch", arguments: files)
    func follows(file: String) throws {
        for vector in try Vectors.decode([Vector].self, from: "mls/\(file)") where vector.cipherSuite == 1 {
            guard case .welcome(let welcome) = try MLSMessage(decoding: vector.welcome.bytes),
                case .keyPackage(let package) = try MLSMessage(decoding: vector.keyPackage.bytes)
            else {
                Issue.record("\(file) holds other messages")
                continue
            }
            let keys = Dictionary(
                vector.externalPsks.map { ($0.pskId.bytes, $0.psk.secret) },
                uniquingKeysWith: { first, _ in first })
            let lookup: PreSharedKeyLookup = { id in
                if case .external(let name) = id.key { keys[name] } else { nil }
            }
            var group = try Group.join(
                welcome,
                with: KeyPackageBundle(
                    keyPackage: package, initPrivateKey: vector.initPriv.secret,
                    leafPrivateKey: vector.encryptionPriv.secret,
                    signaturePrivateKey: SignaturePrivateKey(vector.signaturePriv.secret)),
                ratchetTree: vector.ratchetTree.map { try RatchetTree(decoding: $0.bytes) }, now: nil,
                preSharedKeys: lookup
            ).group
            #expect(group.secrets.epochAuthenticator == vector.initialEpochAuthenticator.secret)
            for epoch in vector.epochs {
                for proposal in epoch.proposals {
                    _ = try group.process(MLSMessage(decoding: proposal.bytes), now: nil)
                }
                let commit = try MLSMessage(decoding: epoch.commit.bytes)
                guard case .commit(let staged) = try group.process(commit, now: nil, preSharedKeys: lookup)
                else {
                    Issue.record("not a commit")
                    break
                }
                group = try #require(staged.group)
                #expect(group.secrets.epochAuthenticator == epoch.epochAuthenticator.secret)
                #expect(try Group(decoding: group.encoded) == group, "storage form")
            }
        }
    }
}
