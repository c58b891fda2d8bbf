import Cryptography
import TestSupport
import Testing

@testable import MLS

@Suite("Refused commits — RFC 9420 §12.1, §12.2, §12.4")
struct ProposalChecks {
    /// A commit of member 0 with these proposals reaches member 1.
    private func expect(
        _ id: String, _ proposals: [Proposal], path: Bool = true, members: Int = 4,
        extensions: [Extension] = []
    ) throws {
        let groups = try Forge.group(of: members, extensions: extensions)
        let commit = Commit(
            proposals: proposals.map(ProposalOrRef.proposal),
            path: path ? try Forge.honestPath(by: groups[0]) : nil)
        var receiver = groups[1]
        let before = receiver
        Forge.expectViolation(id) {
            _ = try receiver.process(Forge.commit(commit, by: groups[0]), now: Forge.now)
        }
        #expect(receiver == before, "\(id) changed the group")
    }

    @Test(
        "an Add with a key that another member has",
        arguments: [("CHK-TREE-10", false), ("CHK-TREE-11", true)])
    func takenKeys(id: String, isSignatureKey: Bool) throws {
        let groups = try Forge.group(of: 4)
        let (third, bundle) = (try #require(groups[2].ownLeafNode), try Forge.bundle("newcomer"))
        var package = bundle.keyPackage
        if isSignatureKey {
            package.leafNode.signatureKey = third.signatureKey
        } else {
            package.leafNode.encryptionKey = third.encryptionKey
        }
        let key = isSignatureKey ? groups[2].signaturePrivateKey : bundle.signaturePrivateKey
        try package.leafNode.sign(with: key)
        try package.sign(with: key)
        var (next, receiver) = (groups[0], groups[1])
        let index = next.tree.add(package.leafNode)
        next.context.epoch += 1
        let path = try next.makePath(
            newLeaves: [index], rotatingSignatureKey: false, capabilities: nil,
            random: SeededRandom("taken")
        ).updatePath
        let commit = Commit(proposals: [.proposal(.add(package))], path: path)
        Forge.expectViolation(id) {
            _ = try receiver.process(Forge.commit(commit, by: groups[0]), now: Forge.now)
        }
        #expect(receiver == groups[1])
    }

    private func update(of index: Int, _ change: (inout LeafNode) -> Void = { _ in }) throws -> Proposal {
        let groups = try Forge.group(of: 4)
        var leaf = try #require(groups[index].ownLeafNode)
        leaf.source = .update
        leaf.encryptionKey = try X25519Key(privateKey: SeededRandom("new").secret(32)).publicKey
        change(&leaf)
        try leaf.sign(
            with: groups[index].signaturePrivateKey, groupID: groups[index].groupID,
            at: groups[index].ownLeaf)
        return .update(leaf)
    }

    private func preSharedKey(_ nonceLength: Int = 32, _ key: PreSharedKeyID.Key = .external(id: [1]))
        -> Proposal
    {
        .preSharedKey(PreSharedKeyID(key: key, nonce: [UInt8](repeating: 1, count: nonceLength)))
    }

    @Test("lists that no commit may carry")
    func lists() throws {
        try expect("CHK-PROPOSALS-01", [update(of: 0)])
        try expect("CHK-PROPOSALS-02", [.remove(LeafIndex(2)), .remove(LeafIndex(2))])
        try expect("CHK-PROPOSALS-03", [.remove(LeafIndex(0))])
        try expect("CHK-PROPOSALS-04", [.remove(LeafIndex(9))])
        try expect("CHK-PROPOSALS-05", [.groupContextExtensions([]), .groupContextExtensions([])])
        let reInit = Proposal.ReInit(
            groupID: [1], version: protocolVersionMLS10, cipherSuite: .x25519AES128GCMSHA256Ed25519,
            extensions: [])
        try expect("CHK-PROPOSALS-06", [.reInit(reInit), .remove(LeafIndex(2))])
        try expect("CHK-PROPOSALS-07", [.externalInit(kemOutput: [1])])
        try expect("CHK-PROPOSALS-08", [preSharedKey(), preSharedKey()])
        try expect("CHK-PROPOSALS-09", [preSharedKey(31)])
        let known = Extension(type: ExtensionType(rawValue: 0xff01), data: [])
        try expect("CHK-PROPOSALS-10", [.groupContextExtensions([known, known])])
        for type in [ExtensionType.applicationID, .ratchetTree, .externalPub, .lastResort] {
            try expect("CHK-PROPOSALS-16", [.groupContextExtensions([Extension(type: type, data: [])])])
        }
        try expect(
            "CHK-PROPOSALS-13",
            [.groupContextExtensions([Extension(type: ExtensionType(rawValue: 0xff09), data: [])])])
        for usage in [PreSharedKeyID.Usage.reInit, .branch] {
            try expect(
                "CHK-PROPOSALS-14", [preSharedKey(32, .resumption(usage: usage, groupID: [1], epoch: 1))])
        }
        var old = reInit
        old.version = 0
        try expect("CHK-PROPOSALS-15", [.reInit(old)])
    }

    /// Updates come from other members than the committer: by themselves first, then by reference.
    @Test("updates that no commit may name")
    func updates() throws {
        func expect(_ id: String, _ proposal: Proposal) throws {
            var groups = try Forge.group(of: 4)
            let message = try groups[2].propose(proposal, random: SeededRandom("p"))
            for index in [0, 1] { _ = try groups[index].process(message, now: Forge.now) }
            let commit = Commit(
                proposals: groups[0].pendingProposals.map { .reference($0.reference) },
                path: try Forge.honestPath(by: groups[0]))
            Forge.expectViolation(id) {
                _ = try groups[1].process(Forge.commit(commit, by: groups[0]), now: Forge.now)
            }
        }
        try expect("CHK-PROPOSALS-11", update(of: 2) { $0.source = .keyPackage(Forge.lifetime) })
        let own = try #require(try Forge.group(of: 4)[2].ownLeafNode)
        try expect("CHK-PROPOSALS-12", update(of: 2) { $0.encryptionKey = own.encryptionKey })
    }

    @Test("a commit that is not what it should be")
    func commits() throws {
        let groups = try Forge.group(of: 4)
        var receiver = groups[1]
        #expect(throws: MLSError.unknownProposal) {  // CHK-COMMIT-01
            try receiver.process(
                Forge.commit(
                    Commit(proposals: [.reference([1])], path: Forge.honestPath(by: groups[0])), by: groups[0]
                ),
                now: Forge.now)
        }
        try expect("CHK-COMMIT-03", [], path: false)
        try expect("CHK-COMMIT-03", [.remove(LeafIndex(2))], path: false)
        let path = try Forge.honestPath(by: groups[0])
        Forge.expectViolation("CHK-COMMIT-04") {
            _ = try receiver.process(
                Forge.commit(Commit(proposals: [], path: path), by: groups[0]), now: Forge.now)
        }
    }

    /// Only a public message can claim it: a private one is recognised before anything is decrypted.
    @Test("a commit in our own name")
    func own() throws {
        let groups = try Forge.group(of: 2)
        var receiver = groups[1]
        Forge.expectViolation("CHK-COMMIT-02") {
            _ = try receiver.process(
                Forge.publicMessage(
                    .commit(Commit(proposals: [], path: Forge.honestPath(by: groups[1]))), in: groups[1],
                    as: .member(groups[1].ownLeaf), key: groups[1].signaturePrivateKey,
                    tag: [UInt8](repeating: 7, count: 32)), now: Forge.now)
        }
    }

    @Test("the last possible epoch has no successor")
    func lastEpoch() throws {
        var group = try Forge.group(of: 1)[0]
        group.context.epoch = .max
        Forge.expectViolation("CHK-COMMIT-05") {
            _ = try group.commit(now: Forge.now, random: SeededRandom("c"))
        }
    }

    @Test("more pre-shared keys than can be counted")
    func preSharedKeys() {
        let id = PreSharedKeyID(key: .external(id: []), nonce: [])
        let keys = Array(repeating: (id: id, key: SecretBytes([])), count: 65_536)
        Forge.expectViolation("CHK-PSK-01") { _ = try PreSharedKey.secret(for: keys) }
    }
}
