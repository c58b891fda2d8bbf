import Cryptography
import TestSupport
import Testing

@testable import MLS

@Suite("SecretTree and HashRatchet — RFC 9420 §9")
struct SecretTreeTests {
    struct Vector: Decodable {
        struct Sender: Decodable {
            let senderDataSecret: HexBytes, ciphertext: HexBytes, key: HexBytes, nonce: HexBytes
        }
        struct Generation: Decodable {
            let generation: UInt32, handshakeKey: HexBytes, handshakeNonce: HexBytes
            let applicationKey: HexBytes, applicationNonce: HexBytes
        }
        let cipherSuite: UInt16, sender: Sender?, senderData: Sender?, encryptionSecret: HexBytes
        let leaves: [[Generation]]
    }

    @Test("agrees with secret-tree.json", .enabled(if: Vectors.areAvailable, "\(Vectors.skipComment)"))
    func vectors() throws {
        for vector in try Vectors.decode([Vector].self, from: "mls/secret-tree.json")
        where vector.cipherSuite == 1 {
            let sender = try #require(vector.senderData ?? vector.sender)
            let (key, nonce) = try SenderData.key(
                senderDataSecret: sender.senderDataSecret.secret, ciphertext: sender.ciphertext.bytes)
            #expect(key == sender.key.secret && nonce == sender.nonce.bytes)
            var tree = SecretTree(
                encryptionSecret: vector.encryptionSecret.secret, leafCount: vector.leaves.count)
            for (index, generations) in vector.leaves.enumerated() {
                for expected in generations {
                    let leaf = LeafIndex(UInt32(index))
                    let handshake = try tree.key(of: leaf, .handshake, generation: expected.generation)
                    #expect(handshake.key == expected.handshakeKey.secret)
                    #expect(handshake.nonce == expected.handshakeNonce.bytes)
                    let application = try tree.key(of: leaf, .application, generation: expected.generation)
                    #expect(application.key == expected.applicationKey.secret)
                    #expect(application.nonce == expected.applicationNonce.bytes)
                }
            }
        }
    }

    private func ratchet() -> HashRatchet {
        HashRatchet(secret: SecretBytes([UInt8](repeating: 3, count: 32)))
    }

    @Test("refuses a generation already consumed")
    func replay() throws {
        var ratchet = ratchet()
        _ = try ratchet.material(for: 4)
        _ = try ratchet.material(for: 2)
        #expect(throws: RatchetError.generationConsumed(2)) { try ratchet.material(for: 2) }
        #expect(throws: RatchetError.generationConsumed(4)) { try ratchet.material(for: 4) }
    }

    @Test("goes 1000 generations forward and not 1001, changing nothing on refusal")
    func forward() throws {
        var ratchet = ratchet()
        let before = ratchet
        #expect(throws: RatchetError.tooFarAhead(generation: 1001, newest: 0)) {
            try ratchet.material(for: 1001)
        }
        #expect(ratchet == before)
        _ = try ratchet.material(for: 1000)
    }

    @Test(
        "reads 1000 generations behind and not 1001, in one jump or step by step",
        arguments: [1, 7, 250, 1000])
    func window(step: UInt32) throws {
        var ratchet = ratchet()
        _ = try ratchet.material(for: 501)
        while ratchet.nextGeneration <= 1600 {
            _ = try ratchet.material(for: min(ratchet.nextGeneration + step - 1, 1600))
        }
        if step > 1 { _ = try ratchet.material(for: 600) }
        for old in [0, 499, 500] as [UInt32] {
            #expect(throws: RatchetError.generationConsumed(old)) { try ratchet.material(for: old) }
        }
        _ = try ratchet.material(for: 1601)
        #expect(throws: RatchetError.generationConsumed(600)) { try ratchet.material(for: 600) }
    }

    @Test("out-of-order keys equal in-order keys")
    func order() throws {
        var straight = ratchet()
        var mixed = ratchet()
        let keys = try (0..<5).map { _ in try straight.next() }
        for generation in [3, 0, 4, 1, 2] {
            #expect(try mixed.material(for: UInt32(generation)) == keys[generation])
        }
    }

    @Test("survives storage")
    func storage() throws {
        var tree = SecretTree(encryptionSecret: SecretBytes([UInt8](repeating: 9, count: 32)), leafCount: 4)
        _ = try tree.key(of: LeafIndex(2), .application, generation: 3)
        #expect(try SecretTree(decoding: tree.encoded) == tree)
    }

    @Test("refuses leaves outside the tree")
    func outside() {
        var tree = SecretTree(encryptionSecret: SecretBytes([UInt8](repeating: 9, count: 32)), leafCount: 2)
        #expect(throws: RatchetError.unknownLeaf(LeafIndex(2))) {
            try tree.key(of: LeafIndex(2), .application, generation: 0)
        }
    }
}
