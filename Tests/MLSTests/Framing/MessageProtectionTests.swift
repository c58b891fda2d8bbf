import Cryptography
import TestSupport
import Testing

@testable import MLS

@Suite("Message protection — RFC 9420 §6", .enabled(if: Vectors.areAvailable, "\(Vectors.skipComment)"))
struct MessageProtectionTests {
    struct Vector: Decodable {
        let cipherSuite: UInt16, groupId: HexBytes, epoch: UInt64, treeHash: HexBytes,
            confirmedTranscriptHash: HexBytes
        let signaturePriv: HexBytes, signaturePub: HexBytes
        let encryptionSecret: HexBytes, senderDataSecret: HexBytes, membershipKey: HexBytes
        let proposal: HexBytes, proposalPriv: HexBytes, proposalPub: HexBytes
        let commit: HexBytes, commitPriv: HexBytes, commitPub: HexBytes
        let application: HexBytes, applicationPriv: HexBytes

        var context: GroupContext {
            GroupContext(
                groupID: groupId.bytes, epoch: epoch, treeHash: treeHash.bytes,
                confirmedTranscriptHash: confirmedTranscriptHash.bytes, extensions: [])
        }

        var secretTree: SecretTree { SecretTree(encryptionSecret: encryptionSecret.secret, leafCount: 2) }
    }

    private func vectors() throws -> [Vector] {
        try Vectors.decode([Vector].self, from: "mls/message-protection.json").filter { $0.cipherSuite == 1 }
    }

    private func unprotect(_ message: HexBytes, _ vector: Vector) throws -> MessageContent {
        let authenticated: AuthenticatedContent
        switch try MLSMessage(decoding: message.bytes) {
        case .publicMessage(let message):
            authenticated = try message.unprotected(
                membershipKey: vector.membershipKey.secret, context: vector.context)
        case .privateMessage(let message):
            let sender = try message.senderData(senderDataSecret: vector.senderDataSecret.secret)
            var tree = vector.secretTree
            let kind: SecretTree.RatchetKind = message.contentType == .application ? .application : .handshake
            authenticated = try message.unprotected(
                sender: sender, key: tree.key(of: sender.leaf, kind, generation: sender.generation))
        default: throw MLSError.unsupported("this vector")
        }
        #expect(
            authenticated.hasValidSignature(context: vector.context, publicKey: vector.signaturePub.bytes))
        return authenticated.content.content
    }

    @Test("opens the published messages")
    func opens() throws {
        for vector in try vectors() {
            let proposal = MessageContent.proposal(try Proposal(decoding: vector.proposal.bytes))
            #expect(try unprotect(vector.proposalPub, vector) == proposal)
            #expect(try unprotect(vector.proposalPriv, vector) == proposal)
            let commit = MessageContent.commit(try Commit(decoding: vector.commit.bytes))
            #expect(try unprotect(vector.commitPub, vector) == commit)
            #expect(try unprotect(vector.commitPriv, vector) == commit)
            #expect(try unprotect(vector.applicationPriv, vector) == .application(vector.application.bytes))
        }
    }

    @Test("opens what it protects itself")
    func roundTrip() throws {
        let random = SeededRandom("protection")
        for vector in try vectors() {
            let contents: [MessageContent] = [
                .proposal(try Proposal(decoding: vector.proposal.bytes)),
                .commit(try Commit(decoding: vector.commit.bytes)), .application(vector.application.bytes),
            ]
            for content in contents {
                let framed = FramedContent(
                    groupID: vector.groupId.bytes, epoch: vector.epoch, sender: .member(LeafIndex(1)),
                    content: content)
                for format in [WireFormat.publicMessage, .privateMessage] {
                    if content.type == .application, format == .publicMessage { continue }
                    var authenticated = try AuthenticatedContent(
                        signing: framed, wireFormat: format, context: vector.context,
                        with: SignaturePrivateKey(vector.signaturePriv.secret))
                    if content.type == .commit { authenticated.auth.confirmationTag = [1, 2, 3] }
                    let message: MLSMessage
                    if format == .publicMessage {
                        message = .publicMessage(
                            PublicMessage(
                                protecting: authenticated, membershipKey: vector.membershipKey.secret,
                                context: vector.context))
                    } else {
                        var tree = vector.secretTree
                        let kind: SecretTree.RatchetKind =
                            content.type == .application ? .application : .handshake
                        message = .privateMessage(
                            try PrivateMessage(
                                protecting: authenticated, from: LeafIndex(1),
                                key: tree.nextKey(of: LeafIndex(1), kind),
                                senderDataSecret: vector.senderDataSecret.secret, paddingBytes: 5,
                                random: random))
                    }
                    let hex = try #require(Hex.decode(Hex.encode(message.encoded)))
                    #expect(try MLSMessage(decoding: hex) == message)
                    #expect(try unprotectBytes(message.encoded, vector) == content)
                }
            }
        }
    }

    private func unprotectBytes(_ bytes: [UInt8], _ vector: Vector) throws -> MessageContent {
        return try unprotect(HexBytes(bytes), vector)
    }
}
