import Cryptography
import Testing

@Suite("AEADs — RFC 8439, NIST SP 800-38D")
struct AEADTests {
    @Test("ChaCha20-Poly1305 agrees with RFC 8439 §2.8.2")
    func chaCha() throws {
        let key = SecretBytes((0x80...0x9f).map { UInt8($0) })
        let nonce = try #require(Hex.decode("070000004041424344454647"))
        let associated = try #require(Hex.decode("50515253c0c1c2c3c4c5c6c7"))
        let text = Array(
            "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it."
                .utf8)
        let sealed = try ChaCha20Poly1305.seal(text, key: key, nonce: nonce, authenticating: associated)
        #expect(Hex.encode(sealed.suffix(16)) == "1ae10b594f09e26a7e902ecbd0600691")
        #expect(Hex.encode(sealed.prefix(16)) == "d31a8d34648e60db7b86afbc53ef7ec2")
        #expect(try ChaCha20Poly1305.open(sealed, key: key, nonce: nonce, authenticating: associated) == text)
    }

    @Test("AES-128-GCM agrees with test case 2 of the GCM specification")
    func gcm() throws {
        let zeros = [UInt8](repeating: 0, count: 16)
        let sealed = try AES128GCM.seal(zeros, key: SecretBytes(zeros), nonce: Array(zeros.prefix(12)))
        #expect(Hex.encode(sealed) == "0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf")
    }

    @Test("a changed byte, a short input and other associated data fail alike", arguments: [0, 5, 20])
    func forged(_ index: Int) throws {
        let key = SecretBytes([UInt8](repeating: 1, count: 16))
        let nonce = [UInt8](repeating: 2, count: 12)
        let sealed = try AES128GCM.seal([1, 2, 3, 4, 5, 6], key: key, nonce: nonce, authenticating: [9])
        var forged = sealed
        forged[index] ^= 1
        for input in [forged, Array(sealed.prefix(index))] {
            #expect(throws: CryptographyError.authenticationFailed) {
                try AES128GCM.open(input, key: key, nonce: nonce, authenticating: [9])
            }
        }
        #expect(throws: CryptographyError.authenticationFailed) {
            try AES128GCM.open(sealed, key: key, nonce: nonce, authenticating: [8])
        }
    }

    @Test("the empty message works")
    func empty() throws {
        let key = SecretBytes([UInt8](repeating: 1, count: 16))
        let nonce = [UInt8](repeating: 2, count: 12)
        #expect(try AES128GCM.open(AES128GCM.seal([], key: key, nonce: nonce), key: key, nonce: nonce) == [])
    }
}
