import Cryptography
import Foundation
import TestSupport
import Testing

@testable import Nostr

@Suite("EncryptedPayload — NIP-44 v2", .enabled(if: Vectors.areAvailable, "\(Vectors.skipComment)"))
struct EncryptedPayloadTests {
    struct File: Decodable {
        struct V2: Decodable { let valid: Valid, invalid: Invalid }
        struct Valid: Decodable {
            let get_conversation_key: [Conversation], get_message_keys: MessageKeys
            let calc_padded_len: [[Int]], encrypt_decrypt: [Encrypt], encrypt_decrypt_long_msg: [Long]
        }
        struct Invalid: Decodable {
            let encrypt_msg_lengths: [Int], decrypt_msg_lengths: [Int]?
            let get_conversation_key: [BadConversation], decrypt: [BadDecrypt]
        }
        struct Conversation: Decodable { let sec1: HexBytes, pub2: HexBytes, conversation_key: HexBytes }
        struct MessageKeys: Decodable {
            struct Keys: Decodable {
                let nonce: HexBytes, chacha_key: HexBytes, chacha_nonce: HexBytes, hmac_key: HexBytes
            }
            let conversation_key: HexBytes, keys: [Keys]
        }
        struct Encrypt: Decodable {
            let sec1: HexBytes, sec2: HexBytes, conversation_key: HexBytes, nonce: HexBytes, plaintext: String
            let payload: String
        }
        struct Long: Decodable {
            let conversation_key: HexBytes, nonce: HexBytes, pattern: String?, letter: String?, `repeat`: Int
            let plaintext_sha256: String?, payload_sha256: String?, payload_checksum_sha256: String?
        }
        struct BadConversation: Decodable { let sec1: HexBytes, pub2: HexBytes, note: String }
        struct BadDecrypt: Decodable { let conversation_key: HexBytes, payload: String, note: String }
        let v2: V2
    }

    private func file() throws -> File {
        try JSONDecoder().decode(File.self, from: Vectors.data("nip44.json"))
    }

    @Test("derives the published conversation and message keys")
    func keys() throws {
        let valid = try file().v2.valid
        for vector in valid.get_conversation_key {
            let key = try ConversationKey(
                of: Secp256k1SecretKey(vector.sec1.secret), with: XOnlyKey(vector.pub2.bytes))
            #expect(key.secret == vector.conversation_key.secret)
        }
        let conversation = ConversationKey(secret: valid.get_message_keys.conversation_key.secret)
        for vector in valid.get_message_keys.keys {
            let keys = try conversation.messageKeys(nonce: vector.nonce.bytes)
            #expect(keys.chaChaKey == vector.chacha_key.secret)
            #expect(keys.chaChaNonce == vector.chacha_nonce.bytes)
            #expect(keys.hmacKey == vector.hmac_key.secret)
        }
        for pair in valid.calc_padded_len { #expect(EncryptedPayload.paddedLength(pair[0]) == pair[1]) }
    }

    @Test("encrypts and decrypts the published messages")
    func messages() throws {
        for vector in try file().v2.valid.encrypt_decrypt {
            let key = ConversationKey(secret: vector.conversation_key.secret)
            let first = try Secp256k1SecretKey(vector.sec1.secret)
            let second = try Secp256k1SecretKey(vector.sec2.secret)
            #expect(try ConversationKey(of: first, with: second.publicKey) == key)
            let text = Array(vector.plaintext.utf8)
            #expect(
                try EncryptedPayload.encrypt(text, with: key, nonce: vector.nonce.bytes) == vector.payload)
            #expect(try EncryptedPayload.decrypt(vector.payload, with: key) == text)
        }
    }

    @Test("encrypts and decrypts long messages")
    func longMessages() throws {
        for vector in try file().v2.valid.encrypt_decrypt_long_msg {
            let key = ConversationKey(secret: vector.conversation_key.secret)
            let pattern = vector.pattern ?? vector.letter ?? ""
            let text = Array(String(repeating: pattern, count: vector.repeat).utf8)
            if let expected = vector.plaintext_sha256 { #expect(Hex.encode(SHA256.hash(text)) == expected) }
            guard EncryptedPayload.plaintextLengths.contains(text.count) else {
                #expect(throws: EncryptedPayload.Failure.invalidPlaintextLength(text.count)) {
                    try EncryptedPayload.encrypt(text, with: key, nonce: vector.nonce.bytes)
                }
                continue
            }
            let payload = try EncryptedPayload.encrypt(text, with: key, nonce: vector.nonce.bytes)
            if let expected = vector.payload_sha256 ?? vector.payload_checksum_sha256, !expected.isEmpty {
                #expect(Hex.encode(SHA256.hash(Array(payload.utf8))) == expected)
            }
            #expect(try EncryptedPayload.decrypt(payload, with: key) == text)
        }
    }

    @Test("refuses everything the vectors call invalid")
    func invalid() throws {
        let invalid = try file().v2.invalid
        let key = ConversationKey(secret: SecretBytes([UInt8](repeating: 1, count: 32)))
        for length in invalid.encrypt_msg_lengths {
            #expect(throws: EncryptedPayload.Failure.invalidPlaintextLength(length)) {
                try EncryptedPayload.encrypt(
                    [UInt8](repeating: 65, count: length), with: key, nonce: [UInt8](repeating: 0, count: 32))
            }
        }
        for length in invalid.decrypt_msg_lengths ?? [] {
            #expect(throws: EncryptedPayload.Failure.self) {
                try EncryptedPayload.decrypt(Base64.encode([UInt8](repeating: 2, count: length)), with: key)
            }
        }
        for vector in invalid.get_conversation_key {
            #expect(throws: CryptographyError.self, "\(vector.note)") {
                try ConversationKey(
                    of: Secp256k1SecretKey(vector.sec1.secret), with: XOnlyKey(vector.pub2.bytes))
            }
        }
        for vector in invalid.decrypt {
            #expect(throws: EncryptedPayload.Failure.self, "\(vector.note)") {
                try EncryptedPayload.decrypt(
                    vector.payload, with: ConversationKey(secret: vector.conversation_key.secret))
            }
        }
    }

    /// NIP-44, "Extended length prefix test vectors".
    @Test(
        "lengths around the extended prefix",
        arguments: [
            (65_535, "6d8c2810d1e870fbaa1f0a0937126cca837a15f9260e27060c331d70a3c0bc84"),
            (65_536, "b7b4edb36ba92e267d322d56d9aebc22e7fa96ff52e3c12adc07f07a43cbc616"),
            (65_537, "eeb7c7c5373894ea2c1547cfd3ccb15d5a0b2d619da852e5c79df792dcc9e435"),
        ])
    func extendedLengths(count: Int, payloadHash: String) throws {
        let key = ConversationKey(
            secret: SecretBytes(
                try #require(
                    Hex.decode("c41c775356fd92eadc63ff5a0dc1da211b268cbea22316767095b2871ea1412d"))))
        let plaintext = [UInt8](repeating: 0x61, count: count)
        let nonce = [UInt8](repeating: 0, count: 31) + [1]
        let payload = try EncryptedPayload.encrypt(
            plaintext, with: key, maximumBytes: 100_000, nonce: nonce)
        #expect(Hex.encode(SHA256.hash(Array(payload.utf8))) == payloadHash)
        #expect(try EncryptedPayload.decrypt(payload, with: key, maximumBytes: 100_000) == plaintext)
        guard count > 65_535 else { return }
        #expect(throws: EncryptedPayload.Failure.invalidPlaintextLength(count)) {
            try EncryptedPayload.encrypt(plaintext, with: key, nonce: nonce)
        }
        #expect(throws: EncryptedPayload.Failure.invalidPayloadLength(payload.utf8.count)) {
            try EncryptedPayload.decrypt(payload, with: key)
        }
    }

    @Test("a short text in the extended form is no other way to write it, and a long one ends where it says")
    func extendedForgeries() throws {
        let key = ConversationKey(secret: SecretBytes([UInt8](repeating: 7, count: 32)))
        let nonce = [UInt8](repeating: 1, count: 32)
        func forged(_ padded: [UInt8]) throws -> String {
            let keys = try key.messageKeys(nonce: nonce)
            let ciphertext = try ChaCha20.apply(to: padded, key: keys.chaChaKey, nonce: keys.chaChaNonce)
            let mac = HMACSHA256.authenticationCode(for: nonce + ciphertext, key: keys.hmacKey)
            return Base64.encode([2] + nonce + ciphertext + mac)
        }
        let zeros = [UInt8](repeating: 0, count: 66_000)
        for padded in [
            [0, 0, 0, 0, 0, 1, 0x61] + zeros.prefix(31), [0, 0, 0, 0, 0, 0] + zeros.prefix(32),
            [0, 0, 0xff, 0xff, 0xff, 0xff] + zeros.prefix(65_536), [0, 0, 0, 1, 0, 1] + zeros.prefix(65_536),
            [0, 0, 0, 1, 0, 0] + zeros.prefix(65_535) + [], [0, 0, 0, 0, 0xff, 0xff] + zeros.prefix(65_536),
        ] as [[UInt8]] {
            #expect(throws: EncryptedPayload.Failure.invalidPadding) {
                try EncryptedPayload.decrypt(try forged(padded), with: key, maximumBytes: 1 << 20)
            }
        }
    }
}
