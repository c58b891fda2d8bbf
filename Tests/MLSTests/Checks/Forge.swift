import Cryptography
import TestSupport
import Testing

@testable import MLS

/// Makes what an honest client never sends: everything signed and encrypted as it must be, one thing wrong in it.
enum Forge {
    static let now: UInt64 = 1_800_000_000
    static let lifetime = Lifetime(notBefore: now - 3600, notAfter: now + 3600)
    /// What the members of `group(of:)` can do beyond the RFC's own.
    static var capabilities: Capabilities {
        var capabilities = Capabilities()
        capabilities.extensions = [ExtensionType(rawValue: 0xff01)]
        capabilities.proposals = [.selfRemove]
        return capabilities
    }

    static func bundle(
        _ name: String, capabilities: Capabilities = Forge.capabilities, lifetime: Lifetime = Forge.lifetime,
        random: SeededRandom? = nil
    ) throws -> KeyPackageBundle {
        try .make(
            credential: .basic(identity: Array(name.utf8)), capabilities: capabilities, lifetime: lifetime,
            random: random ?? SeededRandom(name))
    }

    /// Members `member 0`…, all joined; member 0 founded it.
    static func group(of count: Int, extensions: [Extension] = [], committed: Bool = false) throws -> [Group]
    {
        let random = SeededRandom("founder")
        let owner = try Group.create(
            groupID: Array("group".utf8), credential: .basic(identity: Array("member 0".utf8)),
            capabilities: capabilities, lifetime: lifetime, extensions: extensions, random: random)
        guard count > 1 else { return [owner] }
        let bundles = try (1..<count).map { try bundle("member \($0)") }
        let commit = try owner.commit(
            inline: bundles.map { .add($0.keyPackage) }, now: now, random: random)
        let welcome = try #require(commit.welcome)
        return try [commit.group] + bundles.map { try Group.join(welcome, with: $0, now: now).group }
    }

    /// Expects that `body` breaks exactly the rule with this id.
    static func expectViolation(
        _ id: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
    ) {
        do {
            try body()
            Issue.record("\(id): nothing was refused", sourceLocation: sourceLocation)
        } catch MLSError.violated(let check) {
            #expect(check.id == id, "\(check)", sourceLocation: sourceLocation)
        } catch {
            Issue.record("\(id): another error: \(error)", sourceLocation: sourceLocation)
        }
    }

    /// A commit with whatever is in it, signed by a member and encrypted for the group.
    static func commit(
        _ commit: Commit, by member: Group, tag: [UInt8]? = nil
    ) throws -> MLSMessage {
        try message(.commit(commit), by: member, tag: tag ?? [UInt8](repeating: 7, count: 32))
    }

    static func message(
        _ content: MessageContent, by member: Group, as sender: Sender? = nil, tag: [UInt8]? = nil,
        key: SignaturePrivateKey? = nil
    ) throws -> MLSMessage {
        var authenticated = try AuthenticatedContent(
            signing: FramedContent(
                groupID: member.groupID, epoch: member.epoch, sender: sender ?? .member(member.ownLeaf),
                content: content),
            wireFormat: .privateMessage, context: member.context, with: key ?? member.signaturePrivateKey)
        authenticated.auth.confirmationTag = tag
        var tree = member.secretTree
        return .privateMessage(
            try PrivateMessage(
                protecting: authenticated, from: member.ownLeaf,
                key: tree.nextKey(
                    of: member.ownLeaf, content.type == .application ? .application : .handshake),
                senderDataSecret: member.secrets.senderData, random: SeededRandom("m")))
    }

    /// The same unencrypted: for senders who are no members, too.
    static func publicMessage(
        _ content: MessageContent, in group: Group, as sender: Sender, key: SignaturePrivateKey,
        tag: [UInt8]? = nil
    ) throws -> MLSMessage {
        var authenticated = try AuthenticatedContent(
            signing: FramedContent(
                groupID: group.groupID, epoch: group.epoch, sender: sender, content: content),
            wireFormat: .publicMessage, context: group.context, with: key)
        authenticated.auth.confirmationTag = tag
        return .publicMessage(
            PublicMessage(
                protecting: authenticated, membershipKey: group.secrets.membershipKey, context: group.context)
        )
    }

    /// The commit inside what an honest member would send.
    static func honestPath(by member: Group, _ name: String = "path") throws -> UpdatePath {
        var next = member
        next.context.epoch += 1
        return try next.makePath(
            newLeaves: [], rotatingSignatureKey: false, capabilities: nil, random: SeededRandom(name)
        ).updatePath
    }
}
