import Cryptography
import TestSupport
import Testing

@testable import MLS

@Suite("Refused messages — RFC 9420 §6")
struct FramingChecks {
    private func expect(_ id: String, _ message: MLSMessage, for receiver: Group) {
        var group = receiver
        Forge.expectViolation(id) { _ = try group.process(message, now: Forge.now) }
        #expect(group == receiver, "\(id) changed the group")
    }

    @Test("public messages")
    func publicMessages() throws {
        let groups = try Forge.group(of: 3)
        let (sender, key) = (Sender.member(groups[0].ownLeaf), groups[0].signaturePrivateKey)
        expect(
            "CHK-FRAMING-01",
            try Forge.publicMessage(.application([1]), in: groups[0], as: sender, key: key), for: groups[1])
        guard
            case .publicMessage(var message) = try Forge.publicMessage(
                .proposal(.remove(LeafIndex(2))), in: groups[0], as: sender, key: key)
        else { return }
        message.membershipTag?[0] ^= 1
        expect("CHK-FRAMING-02", .publicMessage(message), for: groups[1])
        expect(
            "CHK-FRAMING-04",
            try Forge.publicMessage(
                .proposal(.remove(LeafIndex(2))), in: groups[0], as: .member(LeafIndex(30)), key: key),
            for: groups[1])
        expect(
            "CHK-FRAMING-05",
            try Forge.publicMessage(
                .proposal(.remove(LeafIndex(2))), in: groups[0], as: sender,
                key: groups[2].signaturePrivateKey), for: groups[1])
    }

    @Test("private messages: a member signs with another's key; padding that is not zero")
    func privateMessages() throws {
        let groups = try Forge.group(of: 3)
        expect(
            "CHK-FRAMING-05",
            try Forge.message(.application([1]), by: groups[0], key: groups[2].signaturePrivateKey),
            for: groups[1])
        expect("CHK-FRAMING-03", try padded([0, 0, 1, 0], by: groups[0]), for: groups[1])
        var receiver = groups[1]
        _ = try receiver.process(padded([0, 0, 0, 0], by: groups[0]), now: Forge.now)
    }

    private func padded(_ padding: [UInt8], by member: Group) throws -> MLSMessage {
        let authenticated = try AuthenticatedContent(
            signing: FramedContent(
                groupID: member.groupID, epoch: member.epoch, sender: .member(member.ownLeaf),
                content: .application([1])),
            wireFormat: .privateMessage, context: member.context, with: member.signaturePrivateKey)
        var tree = member.secretTree
        let key = try tree.nextKey(of: member.ownLeaf, .application)
        var message = try PrivateMessage(
            protecting: authenticated, from: member.ownLeaf, key: key,
            senderDataSecret: member.secrets.senderData, random: SeededRandom("m"))
        let reuseGuard = try ReuseGuard(from: SeededRandom("guard"))
        let plaintext = TLSWriter.bytes { writer in
            authenticated.content.content.encode(to: &writer)
            authenticated.auth.encode(to: &writer)
            writer.fixed(padding)
        }
        message.ciphertext = try AES128GCM.seal(
            plaintext, key: key.key, nonce: reuseGuard.applied(to: key.nonce),
            authenticating: message.contentAAD)
        let senderKey = try SenderData.key(
            senderDataSecret: member.secrets.senderData, ciphertext: message.ciphertext)
        message.encryptedSenderData = try AES128GCM.seal(
            SenderData(leaf: member.ownLeaf, generation: key.generation, reuseGuard: reuseGuard.bytes)
                .encoded,
            key: senderKey.key, nonce: senderKey.nonce, authenticating: message.senderDataAAD)
        return .privateMessage(message)
    }
}
