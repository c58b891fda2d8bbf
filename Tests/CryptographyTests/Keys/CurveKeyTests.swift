import Cryptography
import TestSupport
import Testing

@Suite("X25519 and Ed25519 — RFC 7748, RFC 8032")
struct CurveKeyTests {
    @Test("both sides of X25519 agree")
    func agreement() throws {
        let a = try X25519Key(privateKey: SecretBytes([UInt8](repeating: 3, count: 32)))
        let b = try X25519Key(privateKey: SecretBytes([UInt8](repeating: 4, count: 32)))
        #expect(try a.sharedSecret(with: b.publicKey) == b.sharedSecret(with: a.publicKey))
    }

    @Test("X25519 refuses a point of low order")
    func lowOrder() throws {
        let key = try X25519Key(privateKey: SecretBytes([UInt8](repeating: 7, count: 32)))
        #expect(throws: CryptographyError.invalidKey("X25519 public key")) {
            try key.sharedSecret(with: [UInt8](repeating: 0, count: 32))
        }
    }

    @Test("Ed25519 agrees with RFC 8032 §7.1 test 2")
    func signature() throws {
        let key = try Ed25519Key(
            privateKey: SecretBytes(
                try #require(Hex.decode("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"))))
        #expect(
            Hex.encode(key.publicKey) == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
        let signature = try key.signature(for: [0x72])
        #expect(
            Hex.encode(signature)
                == "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        )
        #expect(Ed25519Key.isValid(signature, for: [0x72], publicKey: key.publicKey))
        #expect(!Ed25519Key.isValid(signature, for: [0x73], publicKey: key.publicKey))
        #expect(!Ed25519Key.isValid([1], for: [0x72], publicKey: key.publicKey))
        #expect(!Ed25519Key.isValid(signature, for: [0x72], publicKey: [1]))
    }

    @Test("a secret never shows when printed")
    func redaction() {
        let secret = SecretBytes([1, 2, 3])
        #expect("\(secret)" == "‹redacted›")
        var dumped = ""
        dump(secret, to: &dumped)
        #expect(dumped.contains("‹redacted›") && dumped.count < 40)
    }
}
