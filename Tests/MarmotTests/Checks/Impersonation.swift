import Cryptography
import TestSupport

@testable import MLS

extension Group {
    /// Application data as if another member had sent it: encrypted with that member's keys, which all members know, and signed with our
    /// own.
    func impersonated(_ leaf: LeafIndex, _ data: [UInt8]) throws -> MLSMessage {
        let authenticated = try AuthenticatedContent(
            signing: FramedContent(
                groupID: groupID, epoch: epoch, sender: .member(leaf), content: .application(data)),
            wireFormat: .privateMessage, context: context, with: signaturePrivateKey)
        var tree = secretTree
        return .privateMessage(
            try PrivateMessage(
                protecting: authenticated, from: leaf, key: tree.nextKey(of: leaf, .application),
                senderDataSecret: secrets.senderData, random: SeededRandom("impersonated")))
    }

    /// Somebody's wish to be added, sent by themselves.
    func wish(of bundle: KeyPackageBundle) throws -> MLSMessage {
        let authenticated = try AuthenticatedContent(
            signing: FramedContent(
                groupID: groupID, epoch: epoch, sender: .newMemberProposal,
                content: .proposal(.add(bundle.keyPackage))), wireFormat: .publicMessage, context: context,
            with: bundle.signaturePrivateKey)
        return .publicMessage(
            PublicMessage(
                protecting: authenticated, membershipKey: secrets.membershipKey, context: context))
    }
}
