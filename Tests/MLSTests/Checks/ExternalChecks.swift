import Cryptography
import TestSupport
import Testing

@testable import MLS

@Suite("From outside the group — RFC 9420 §8.3, §12.1.8, §12.4.3.2")
struct ExternalChecks {
    /// Somebody who joins by a commit of his own, from a GroupInfo with the group's external public key.
    private struct Joiner {
        let group: Group
        let kemOutput: [UInt8]
        let initSecret: SecretBytes
        let key: SignaturePrivateKey
        let leaf: LeafNode

        init(_ name: String, _ known: Group) throws {
            let random = SeededRandom("joiner \(name)")
            let bundle = try Forge.bundle(name, random: random)
            let sealed = try HPKE.export(
                to: known.secrets.externalPublicKey(), info: [],
                exporterContext: Array("MLS 1.0 external init secret".utf8),
                length: CipherSuite.hashLengthBytes, random: random)
            kemOutput = sealed.encapsulatedKey
            initSecret = sealed.secret
            key = bundle.signaturePrivateKey
            leaf = bundle.keyPackage.leafNode
            group = known
        }

        /// The commit, and the joiner's view of the epoch it starts.
        func commit(
            _ proposals: [Proposal]? = nil, _ change: (inout Commit) -> Void = { _ in }
        ) throws -> (message: MLSMessage, group: Group) {
            let proposals = proposals ?? [.externalInit(kemOutput: kemOutput)]
            var next = group
            let list = ProposalList(
                unchecked: proposals.map { .init(proposal: $0, sender: .newMemberCommit) })
            for index in list.removals where next.tree.leaf(at: index) != nil { next.tree.remove(at: index) }
            next.context.epoch += 1
            next.ownLeaf = next.tree.add(leaf)
            next.signaturePrivateKey = key
            next.privateKeys = [:]
            let path = try next.makePath(
                newLeaves: [], rotatingSignatureKey: false, capabilities: nil, random: SeededRandom("jp"))
            var commit = Commit(proposals: proposals.map(ProposalOrRef.proposal), path: path.updatePath)
            change(&commit)
            var authenticated = try AuthenticatedContent(
                signing: FramedContent(
                    groupID: group.groupID, epoch: group.epoch, sender: .newMemberCommit,
                    content: .commit(commit)),
                wireFormat: .publicMessage, context: group.context, with: key)
            _ = try next.enterEpoch(
                after: authenticated, interimBefore: group.interimTranscriptHash, initSecret: initSecret,
                commitSecret: path.commitSecret, pskSecret: CipherSuite.zeroSecret)
            authenticated.auth.confirmationTag = next.confirmationTag
            return (
                .publicMessage(
                    PublicMessage(
                        protecting: authenticated, membershipKey: group.secrets.membershipKey,
                        context: group.context)), next
            )
        }
    }

    private func staged(_ received: ReceivedMessage) throws -> StagedCommit {
        guard case .commit(let staged) = received else { throw MLSError.undecryptable }
        return staged
    }

    @Test("somebody joins by an external commit; everyone follows and understands him", arguments: [1, 2, 5])
    func joins(count: Int) throws {
        var groups = try Forge.group(of: count)
        var (message, joiner) = try Joiner("dora", groups[0]).commit()
        message = try MLSMessage(decoding: message.encoded)
        for index in groups.indices {
            let staged = try staged(groups[index].process(message, now: Forge.now))
            #expect(staged.isExternal && staged.committer == LeafIndex(UInt32(count)))
            groups[index] = try #require(staged.group)
            #expect(groups[index].secrets == joiner.secrets)
            let hello = try joiner.protect(Array("hello".utf8), random: SeededRandom("h\(index)"))
            guard case .application(let read) = try groups[index].process(hello, now: Forge.now) else {
                Issue.record("no application message")
                return
            }
            #expect(read.credential == .basic(identity: Array("dora".utf8)))
        }
    }

    @Test("a member that lost its state comes back in place of itself")
    func resync() throws {
        var groups = try Forge.group(of: 4)
        let joiner = try Joiner("member 2", groups[0])
        let (message, _) = try joiner.commit([
            .externalInit(kemOutput: joiner.kemOutput), .remove(LeafIndex(2)),
        ])
        let next = try #require(try staged(groups[1].process(message, now: Forge.now)).group)
        #expect(next.members.count == 4)
        #expect(try staged(groups[2].process(message, now: Forge.now)).group == nil, "the old one is out")
    }

    /// - Parameters:
    ///   - others: what stands beside the ExternalInits.
    ///   - kemOutput: changes what the ExternalInits hold.
    private func refuses(
        _ id: String, externalInits: Int = 1, others: [Proposal] = [],
        kemOutput change: (inout [UInt8]) -> Void = { _ in }, commit: (inout Commit) -> Void = { _ in }
    ) throws {
        let groups = try Forge.group(of: 4)
        let joiner = try Joiner("dora", groups[0])
        var output = joiner.kemOutput
        change(&output)
        let inits = Array(repeating: Proposal.externalInit(kemOutput: output), count: externalInits)
        let (message, _) = try joiner.commit(inits + others, commit)
        var receiver = groups[1]
        Forge.expectViolation(id) { _ = try receiver.process(message, now: Forge.now) }
        #expect(receiver == groups[1], "\(id) changed the group")
    }

    @Test("external commits that are refused")
    func commits() throws {
        try refuses("CHK-EXTERNAL-05", commit: { $0.path = nil })
        try refuses("CHK-EXTERNAL-06", commit: { $0.proposals.append(.reference([1])) })
        try refuses("CHK-EXTERNAL-07", externalInits: 0)
        try refuses("CHK-EXTERNAL-07", externalInits: 2)
        try refuses("CHK-EXTERNAL-08", others: [.remove(LeafIndex(2)), .remove(LeafIndex(3))])
        try refuses("CHK-EXTERNAL-09", others: [.add(try Forge.bundle("erik").keyPackage)])
        try refuses("CHK-EXTERNAL-09", others: [.selfRemove])
        try refuses("CHK-EXTERNAL-10", others: [.remove(LeafIndex(2))])
        try refuses("CHK-PROPOSALS-04", others: [.remove(LeafIndex(50))])
        try refuses("CHK-COMMIT-04", kemOutput: { $0[0] ^= 1 })
    }

    @Test("a commit signed by another key than its leaf's, or malformed inside, is refused")
    func forged() throws {
        let groups = try Forge.group(of: 2)
        let (message, _) = try Joiner("dora", groups[0]).commit()
        guard case .publicMessage(var forged) = message else { return }
        forged.auth.signature[0] ^= 1
        var receiver = groups[1]
        Forge.expectViolation("CHK-FRAMING-05") {
            _ = try receiver.process(.publicMessage(forged), now: Forge.now)
        }
    }

    // MARK: External proposals

    private static let outsider = (try? Ed25519Key(privateKey: SecretBytes([UInt8](repeating: 5, count: 32))))
    private static let outsiderKey = SignaturePrivateKey(SecretBytes([UInt8](repeating: 5, count: 32)))

    private func groupWithExternalSender() throws -> [Group] {
        let key = try #require(Self.outsider).publicKey
        let senders = ExternalSenders([
            .init(signatureKey: key, credential: .basic(identity: Array("service".utf8)))
        ])
        #expect(try ExternalSenders(decoding: senders.encoded) == senders)
        return try Forge.group(
            of: 3, extensions: [Extension(type: .externalSenders, data: senders.encoded)])
    }

    @Test("a listed external sender proposes; a member commits it")
    func externalProposal() throws {
        var groups = try groupWithExternalSender()
        let message = try Forge.publicMessage(
            .proposal(.remove(LeafIndex(2))), in: groups[0], as: .external(0), key: Self.outsiderKey)
        for index in groups.indices { _ = try groups[index].process(message, now: Forge.now) }
        #expect(groups[0].pendingProposals.map(\.sender) == [.external(0)])
        let commit = try groups[0].commit(
            references: groups[0].pendingProposals.map(\.reference), now: Forge.now,
            random: SeededRandom("c"))
        #expect(try staged(groups[1].process(commit.message, now: Forge.now)).group?.members.count == 2)
        #expect(try staged(groups[2].process(commit.message, now: Forge.now)).group == nil)
    }

    @Test("somebody asks to be added; a member commits it")
    func newMemberProposal() throws {
        var groups = try Forge.group(of: 2)
        let bundle = try Forge.bundle("dora")
        let message = try Forge.publicMessage(
            .proposal(.add(bundle.keyPackage)), in: groups[0], as: .newMemberProposal,
            key: bundle.signaturePrivateKey)
        for index in groups.indices { _ = try groups[index].process(message, now: Forge.now) }
        let commit = try groups[0].commit(
            references: groups[0].pendingProposals.map(\.reference), now: Forge.now,
            random: SeededRandom("c"))
        let joined = try Group.join(try #require(commit.welcome), with: bundle, now: Forge.now).group
        let next = try #require(try staged(groups[1].process(commit.message, now: Forge.now)).group)
        #expect(joined.secrets == next.secrets && next.members.count == 3)
    }

    @Test("proposals from outside that are refused")
    func proposals() throws {
        let groups = try groupWithExternalSender()
        func refuses(_ id: String, _ content: MessageContent, _ sender: Sender, _ key: SignaturePrivateKey)
            throws
        {
            var receiver = groups[1]
            Forge.expectViolation(id) {
                _ = try receiver.process(
                    Forge.publicMessage(
                        content, in: groups[0], as: sender, key: key,
                        tag: content.type == .commit ? [UInt8](repeating: 1, count: 32) : nil),
                    now: Forge.now)
            }
            #expect(receiver == groups[1], "\(id) changed the group")
        }
        let remove = MessageContent.proposal(.remove(LeafIndex(2)))
        try refuses("CHK-EXTERNAL-01", remove, .external(1), Self.outsiderKey)
        let commit = MessageContent.commit(
            Commit(proposals: [], path: try Forge.honestPath(by: groups[0])))
        try refuses("CHK-EXTERNAL-02", commit, .external(0), Self.outsiderKey)
        try refuses("CHK-EXTERNAL-03", .proposal(.selfRemove), .external(0), Self.outsiderKey)
        try refuses(
            "CHK-EXTERNAL-03", .proposal(.update(try #require(groups[0].ownLeafNode))), .external(0),
            Self.outsiderKey)
        try refuses("CHK-EXTERNAL-04", remove, .newMemberProposal, Self.outsiderKey)
        try refuses("CHK-EXTERNAL-05", remove, .newMemberCommit, Self.outsiderKey)
        try refuses("CHK-FRAMING-05", remove, .external(0), groups[2].signaturePrivateKey)
        let bundle = try Forge.bundle("dora")
        try refuses(
            "CHK-FRAMING-05", .proposal(.add(bundle.keyPackage)), .newMemberProposal,
            groups[2].signaturePrivateKey)
    }

    /// What `UnverifiedContent` lets through from an outsider is never a commit; the switch behind it must not rely on that.
    @Test("no outsider but a joiner commits")
    func commitsOfProposers() throws {
        let groups = try groupWithExternalSender()
        var receiver = groups[1]
        let package = try Forge.bundle("dora")
        Forge.expectViolation("CHK-EXTERNAL-04") {
            _ = try receiver.process(
                Forge.publicMessage(
                    .commit(Commit(proposals: [], path: Forge.honestPath(by: groups[0]))), in: groups[0],
                    as: .newMemberProposal, key: package.signaturePrivateKey,
                    tag: [UInt8](repeating: 1, count: 32)), now: Forge.now)
        }
    }
}
