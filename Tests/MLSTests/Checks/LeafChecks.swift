import Cryptography
import TestSupport
import Testing

@testable import MLS

@Suite("Refused leaves — RFC 9420 §7.2, §7.3")
struct LeafChecks {
    private static let unknown = ExtensionType(rawValue: 0xff02)

    private func expect(
        _ id: String, groupExtensions: [Extension] = [], now: UInt64? = Forge.now,
        _ change: (inout LeafNode) -> Void = { _ in }
    ) throws {
        let bundle = try Forge.bundle("alice")
        var leaf = bundle.keyPackage.leafNode
        change(&leaf)
        try leaf.sign(with: bundle.signaturePrivateKey)
        Forge.expectViolation(id) {
            try leaf.validate(
                groupID: [], at: LeafNode.unassignedIndex, groupExtensions: groupExtensions, now: now)
        }
    }

    @Test("are refused by the check that is for it")
    func checks() throws {
        var forged = try Forge.bundle("alice").keyPackage.leafNode
        forged.signature[3] ^= 1
        Forge.expectViolation("CHK-LEAF-01") {
            try forged.validate(groupID: [], at: LeafNode.unassignedIndex, groupExtensions: [], now: nil)
        }
        try expect("CHK-LEAF-02") { $0.encryptionKey.append(0) }
        try expect("CHK-LEAF-03") { $0.capabilities.versions = [2] }
        try expect("CHK-LEAF-03") { $0.capabilities.cipherSuites = [CipherSuite(rawValue: 2)] }
        try expect("CHK-LEAF-04") { $0.capabilities.credentials = [.x509] }
        try expect("CHK-LEAF-05") { $0.extensions = [Extension(type: Self.unknown, data: [])] }
        let known = Extension(type: ExtensionType(rawValue: 0xff01), data: [])
        try expect("CHK-LEAF-06") { $0.extensions = [known, known] }
        try expect("CHK-LEAF-07", groupExtensions: [Extension(type: Self.unknown, data: [])])
        try expect(
            "CHK-LEAF-08",
            groupExtensions: [
                Extension(
                    type: .requiredCapabilities,
                    data: RequiredCapabilities(proposals: [ProposalType(rawValue: 0xff03)]).encoded)
            ])
        for type in [
            ExtensionType.ratchetTree, .requiredCapabilities, .externalPub, .externalSenders, .lastResort,
        ] {
            try expect("CHK-LEAF-10") {
                $0.capabilities.extensions.append(type)
                $0.extensions = [Extension(type: type, data: [])]
            }
        }
        try expect("CHK-LEAF-09", now: Forge.now + 7200)
        try expect("CHK-LEAF-09", now: Forge.now - 7200)
    }

    @Test("a leaf made in a group is good at its own place only")
    func place() throws {
        let group = try Forge.group(of: 2)[0]
        let leaf = try #require(group.ownLeafNode)
        try leaf.validate(groupID: group.groupID, at: group.ownLeaf, groupExtensions: [], now: nil)
        for (groupID, index) in [(group.groupID, LeafIndex(1)), ([1], group.ownLeaf)] {
            Forge.expectViolation("CHK-LEAF-01") {
                try leaf.validate(groupID: groupID, at: index, groupExtensions: [], now: nil)
            }
        }
    }
}
