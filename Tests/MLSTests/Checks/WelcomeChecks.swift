import Cryptography
import TestSupport
import Testing

@testable import MLS

@Suite("Refused Welcomes — RFC 9420 §11, §12.4.3")
struct WelcomeChecks {
    /// Carol's Welcome into a group of two, its GroupInfo and secrets changed and encrypted again.
    struct Invitation {
        let inviter: Group
        let carol: KeyPackageBundle
        var info: GroupInfo
        var secrets: GroupSecrets
        let pskSecret: SecretBytes

        init() throws {
            let owner = try Forge.group(of: 2)[0]
            let random = SeededRandom("invite")
            carol = try Forge.bundle("carol")
            let commit = try owner.commit(
                inline: [.add(carol.keyPackage)], now: Forge.now, random: random)
            inviter = commit.group
            let welcome = try #require(commit.welcome)
            secrets = try welcome.groupSecrets(
                for: carol.keyPackage.reference, initPrivateKey: carol.initPrivateKey)
            pskSecret = CipherSuite.zeroSecret
            info = try welcome.groupInfo(
                joiner: JoinerSecret(secrets.joinerSecret), pskSecret: pskSecret)
        }

        /// - Parameter signs: false leaves the old signature.
        func welcome(signs: Bool = true, pskSecret: SecretBytes? = nil) throws -> Welcome {
            var info = info
            if signs { try info.sign(with: inviter.signaturePrivateKey) }
            let joiner = JoinerSecret(secrets.joinerSecret)
            let (key, nonce) = try Welcome.groupInfoKey(
                welcomeSecret: joiner.welcomeSecret(pskSecret: pskSecret ?? self.pskSecret))
            let encrypted = try AES128GCM.seal(info.encoded, key: key, nonce: nonce)
            return Welcome(
                secrets: [
                    .init(
                        newMember: carol.keyPackage.reference,
                        encrypted: try LabeledHPKE.encrypt(
                            secrets.encoded, to: carol.keyPackage.initKey, label: "Welcome",
                            context: encrypted, random: SeededRandom("seal")))
                ], encryptedGroupInfo: encrypted)
        }
    }

    private func expect(
        _ id: String, signs: Bool = true, _ change: (inout Invitation) throws -> Void
    ) throws {
        var invitation = try Invitation()
        try change(&invitation)
        let welcome = try invitation.welcome(signs: signs)
        Forge.expectViolation(id) {
            _ = try Group.join(welcome, with: invitation.carol, now: Forge.now)
        }
    }

    @Test("are refused by the check that is for it")
    func checks() throws {
        let honest = try Invitation()
        _ = try Group.join(honest.welcome(), with: honest.carol, now: Forge.now)
        try expect("CHK-WELCOME-01") { $0.info.extensions = [] }
        try expect("CHK-WELCOME-02") { $0.info.signer = LeafIndex(60) }
        try expect("CHK-WELCOME-03", signs: false) { $0.info.confirmationTag[0] ^= 1 }
        try expect("CHK-WELCOME-04") { $0.info.extensions += $0.info.extensions }
        try expect("CHK-WELCOME-05") { $0.info.context.treeHash[0] ^= 1 }
        try expect("CHK-WELCOME-06") {
            var tree = $0.inviter.tree
            tree.remove(at: LeafIndex(2))
            $0.info.extensions = [Extension(type: .ratchetTree, data: tree.encoded)]
            $0.info.context.treeHash = tree.treeHash()
        }
        try expect("CHK-WELCOME-07") { $0.secrets.pathSecret = SecretBytes([UInt8](repeating: 1, count: 32)) }
        try expect("CHK-WELCOME-08") { $0.info.confirmationTag[0] ^= 1 }
        try expect("CHK-WELCOME-09") { $0.info.context.epoch = .max }
        let founding = [PreSharedKeyID.Usage.reInit, .branch].map {
            PreSharedKeyID(
                key: .resumption(usage: $0, groupID: [1], epoch: 1), nonce: [UInt8](repeating: 0, count: 32))
        }
        try expect("CHK-WELCOME-10") { $0.secrets.preSharedKeys = founding }
    }

    // MARK: Groups made from others

    private static let branch = Array("branch".utf8)

    /// A group that member 0 founds with a resumption key of `parent`, and its Welcome for `invited`.
    private func successor(
        of parent: Group, usage: PreSharedKeyID.Usage, groupID: [UInt8] = branch,
        extensions: [Extension] = [], invited: KeyPackageBundle, epoch: UInt64 = 0
    ) throws -> Welcome {
        let random = SeededRandom("successor")
        var group = try Group.create(
            groupID: groupID, credential: .basic(identity: Array("member 0".utf8)),
            capabilities: Forge.capabilities, lifetime: Forge.lifetime, extensions: extensions,
            random: random)
        group.context.epoch = epoch
        let id = PreSharedKeyID(
            key: .resumption(usage: usage, groupID: parent.groupID, epoch: parent.epoch),
            nonce: [UInt8](repeating: 4, count: 32))
        let commit = try group.commit(
            inline: [.add(invited.keyPackage), .preSharedKey(id)], founding: usage, now: Forge.now,
            preSharedKeys: { parent.resumptionKey($0) }, random: random)
        return try #require(commit.welcome)
    }

    /// Member 1 with fresh keys: the same person, another key package.
    private func again(_ name: String = "member 1") throws -> KeyPackageBundle {
        try Forge.bundle(name, random: SeededRandom("again"))
    }

    @Test("a branch is joined by who knows the group it came from, and has none but its members")
    func branch() throws {
        let parent = try Forge.group(of: 2)
        let bundle = try again()
        let welcome = try successor(of: parent[0], usage: .branch, invited: bundle)
        let joined = try Group.join(
            welcome, with: bundle, predecessor: .branched(parent[1]), now: Forge.now)
        #expect(joined.group.epoch == 1 && joined.group.groupID == Self.branch)
        #expect(throws: MLSError.missingPreSharedKey) {
            try Group.join(welcome, with: bundle, now: Forge.now)
        }
        #expect(throws: MLSError.missingPreSharedKey) {
            try Group.join(
                welcome, with: bundle,
                predecessor: .ended(
                    parent[1],
                    by: .init(
                        groupID: Self.branch, version: 1, cipherSuite: .x25519AES128GCMSHA256Ed25519,
                        extensions: [])), now: Forge.now)
        }
        let stranger = try Forge.bundle("stranger")
        let strange = try successor(of: parent[0], usage: .branch, invited: stranger)
        Forge.expectViolation("CHK-WELCOME-13") {
            _ = try Group.join(strange, with: stranger, predecessor: .branched(parent[1]), now: Forge.now)
        }
        let late = try successor(of: parent[0], usage: .branch, invited: bundle, epoch: 3)
        Forge.expectViolation("CHK-WELCOME-11") {
            _ = try Group.join(late, with: bundle, predecessor: .branched(parent[1]), now: Forge.now)
        }
    }

    @Test("a group ends by ReInit, and goes on as the one that was announced")
    func reInit() throws {
        let groups = try Forge.group(of: 2)
        let reInit = Proposal.ReInit(
            groupID: Array("next".utf8), version: protocolVersionMLS10,
            cipherSuite: .x25519AES128GCMSHA256Ed25519, extensions: [])
        let commit = try groups[0].commit(
            inline: [.reInit(reInit)], now: Forge.now, random: SeededRandom("re"))
        var receiver = groups[1]
        guard case .commit(let staged) = try receiver.process(commit.message, now: Forge.now) else {
            Issue.record("no commit")
            return
        }
        #expect(staged.reInit == reInit)
        let last = try #require(staged.group)
        let bundle = try again()
        let welcome = try successor(
            of: commit.group, usage: .reInit, groupID: reInit.groupID, invited: bundle)
        let joined = try Group.join(
            welcome, with: bundle, predecessor: .ended(last, by: reInit), now: Forge.now)
        #expect(joined.group.groupID == reInit.groupID)
        let other = try successor(of: commit.group, usage: .reInit, groupID: [1, 2], invited: bundle)
        Forge.expectViolation("CHK-WELCOME-12") {
            _ = try Group.join(other, with: bundle, predecessor: .ended(last, by: reInit), now: Forge.now)
        }
    }
}
