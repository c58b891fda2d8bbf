import Cryptography
import TestSupport
import Testing

@testable import MLS

@Suite("Labeled operations — RFC 9420 §5, §8", .enabled(if: Vectors.areAvailable, "\(Vectors.skipComment)"))
struct CryptoBasicsTests {
    struct Vector: Decodable {
        struct RefHash: Decodable { let label: String, out: HexBytes, value: HexBytes }
        struct Expand: Decodable {
            let secret: HexBytes, label: String, context: HexBytes, length: Int, out: HexBytes
        }
        struct Derive: Decodable { let secret: HexBytes, label: String, out: HexBytes }
        struct DeriveTree: Decodable {
            let secret: HexBytes, label: String, generation: UInt32, length: Int, out: HexBytes
        }
        struct Sign: Decodable {
            let priv: HexBytes, pub: HexBytes, content: HexBytes, label: String, signature: HexBytes
        }
        struct Encrypt: Decodable {
            let priv: HexBytes, pub: HexBytes, label: String, context: HexBytes, plaintext: HexBytes
            let kemOutput: HexBytes, ciphertext: HexBytes
        }
        let cipherSuite: UInt16
        let refHash: RefHash, expandWithLabel: Expand, deriveSecret: Derive, deriveTreeSecret: DeriveTree
        let signWithLabel: Sign, encryptWithLabel: Encrypt
    }

    @Test("agree with crypto-basics.json")
    func vectors() throws {
        for vector in try Vectors.decode([Vector].self, from: "mls/crypto-basics.json")
        where vector.cipherSuite == 1 {
            let ref = vector.refHash
            #expect(HashReference.make(ref.label, ref.value.bytes) == ref.out.bytes)
            let expand = vector.expandWithLabel
            #expect(
                try LabeledKDF.expandWithLabel(
                    expand.secret.secret, expand.label, context: expand.context.bytes, length: expand.length)
                    == expand.out.secret)
            let derive = vector.deriveSecret
            #expect(try LabeledKDF.deriveSecret(derive.secret.secret, derive.label) == derive.out.secret)
            let tree = vector.deriveTreeSecret
            #expect(
                try LabeledKDF.deriveTreeSecret(
                    tree.secret.secret, tree.label, generation: tree.generation, length: tree.length)
                    == tree.out.secret)
            try verifySignature(vector.signWithLabel)
            try verifyEncryption(vector.encryptWithLabel)
        }
    }

    private func verifySignature(_ sign: Vector.Sign) throws {
        #expect(
            LabeledSignature.isValid(
                sign.signature.bytes, of: sign.content.bytes, label: sign.label, publicKey: sign.pub.bytes))
        let ours = try LabeledSignature.sign(
            sign.content.bytes, label: sign.label, with: SignaturePrivateKey(sign.priv.secret))
        #expect(
            LabeledSignature.isValid(
                ours, of: sign.content.bytes, label: sign.label, publicKey: sign.pub.bytes))
    }

    private func verifyEncryption(_ encrypt: Vector.Encrypt) throws {
        let sealed = HPKE.Sealed(
            encapsulatedKey: encrypt.kemOutput.bytes, ciphertext: encrypt.ciphertext.bytes)
        #expect(
            try LabeledHPKE.decrypt(
                sealed, with: encrypt.priv.secret, label: encrypt.label, context: encrypt.context.bytes)
                == encrypt.plaintext.bytes)
        let ours = try LabeledHPKE.encrypt(
            encrypt.plaintext.bytes, to: encrypt.pub.bytes, label: encrypt.label,
            context: encrypt.context.bytes,
            random: SeededRandom("hpke"))
        #expect(
            try LabeledHPKE.decrypt(
                ours, with: encrypt.priv.secret, label: encrypt.label, context: encrypt.context.bytes)
                == encrypt.plaintext.bytes)
    }
}
