import Cryptography
import TestSupport
import Testing

@testable import MLS

@Suite("Refused key packages — RFC 9420 §10.1")
struct KeyPackageChecks {
    /// A key package with one thing changed, signed all over again.
    private func expect(_ id: String, _ change: (inout KeyPackage) -> Void) throws {
        let bundle = try Forge.bundle("alice")
        var package = bundle.keyPackage
        change(&package)
        try package.leafNode.sign(with: bundle.signaturePrivateKey)
        try package.sign(with: bundle.signaturePrivateKey)
        Forge.expectViolation(id) { try package.validate(groupExtensions: [], now: Forge.now) }
    }

    @Test("are refused by the check that is for it")
    func checks() throws {
        try Forge.bundle("alice").keyPackage.validate(groupExtensions: [], now: Forge.now)
        try expect("CHK-KEYPACKAGE-01") { $0.cipherSuite = CipherSuite(rawValue: 2) }
        try expect("CHK-KEYPACKAGE-03") { $0.leafNode.source = .update }
        try expect("CHK-KEYPACKAGE-04") { $0.initKey.removeLast() }
        try expect("CHK-KEYPACKAGE-05") { $0.initKey = $0.leafNode.encryptionKey }
        let known = Extension(type: ExtensionType(rawValue: 0xff01), data: [])
        try expect("CHK-KEYPACKAGE-06") { $0.extensions = [known, known] }
        try expect("CHK-KEYPACKAGE-07") {
            $0.extensions = [Extension(type: ExtensionType(rawValue: 0xff02), data: [])]
        }
        let listed: (inout KeyPackage, ExtensionType, [UInt8]) -> Void = { package, type, data in
            package.leafNode.capabilities.extensions.append(type)
            package.extensions = [Extension(type: type, data: data)]
        }
        for type in [
            ExtensionType.applicationID, .ratchetTree, .requiredCapabilities, .externalPub, .externalSenders,
        ] {
            try expect("CHK-KEYPACKAGE-08") { listed(&$0, type, []) }
        }
        try expect("CHK-KEYPACKAGE-09") { listed(&$0, .lastResort, [0]) }
        var forged = try Forge.bundle("alice").keyPackage
        forged.signature[0] ^= 1
        Forge.expectViolation("CHK-KEYPACKAGE-02") {
            try forged.validate(groupExtensions: [], now: Forge.now)
        }
    }
}
