import Cryptography
import Testing

@testable import Nostr

@Suite("padding of an encrypted payload — NIP-44")
struct PaddingTests {
    private let key = ConversationKey(secret: SecretBytes([UInt8](repeating: 7, count: 32)))

    /// A payload whose MAC is right, with this in it.
    private func payload(_ padded: [UInt8]) throws -> String {
        let nonce = [UInt8](repeating: 1, count: 32)
        let keys = try key.messageKeys(nonce: nonce)
        let ciphertext = try ChaCha20.apply(to: padded, key: keys.chaChaKey, nonce: keys.chaChaNonce)
        let mac = HMACSHA256.authenticationCode(for: nonce + ciphertext, key: keys.hmacKey)
        return Base64.encode([2] + nonce + ciphertext + mac)
    }

    @Test("is zeros, as many as the length asks for")
    func zeros() throws {
        let whole = [0, 2, 0x68, 0x69] + [UInt8](repeating: 0, count: 30)
        #expect(try EncryptedPayload.decrypt(payload(whole), with: key) == [0x68, 0x69])
        for index in [4, 17, 33] {
            var other = whole
            other[index] = 1
            #expect(throws: EncryptedPayload.Failure.invalidPadding) {
                try EncryptedPayload.decrypt(payload(other), with: key)
            }
        }
        for other in [whole + [0], whole + [UInt8](repeating: 0, count: 32)] {
            #expect(throws: EncryptedPayload.Failure.invalidPadding) {
                try EncryptedPayload.decrypt(payload(other), with: key)
            }
        }
    }
}
