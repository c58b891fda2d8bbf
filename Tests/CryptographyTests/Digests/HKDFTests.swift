import Cryptography
import Testing

@Suite("HKDF — RFC 5869")
struct HKDFTests {
    @Test("agrees with the RFC's test cases 1 to 3")
    func vectors() throws {
        let cases: [(ikm: String, salt: String, info: String, length: Int, prk: String, okm: String)] = [
            (
                String(repeating: "0b", count: 22), "000102030405060708090a0b0c", "f0f1f2f3f4f5f6f7f8f9", 42,
                "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
                "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
            ),
            (
                (0..<80).map { Hex.encode([UInt8($0)]) }.joined(),
                (0x60..<0xb0).map { Hex.encode([UInt8($0)]) }.joined(),
                (0xb0...0xff).map { Hex.encode([UInt8($0)]) }.joined(), 82,
                "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
                "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"
            ),
            (
                String(repeating: "0b", count: 22), "", "", 42,
                "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
                "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
            ),
        ]
        for vector in cases {
            let key = HKDF.extract(
                salt: SecretBytes(try #require(Hex.decode(vector.salt))),
                inputKeyMaterial: SecretBytes(try #require(Hex.decode(vector.ikm))))
            #expect(Hex.encode(key.exposed()) == vector.prk)
            let output = try HKDF.expand(
                pseudoRandomKey: key, info: try #require(Hex.decode(vector.info)), length: vector.length)
            #expect(Hex.encode(output.exposed()) == vector.okm)
        }
    }

    @Test("expands an info of 40 kB, which OpenSSL's own HKDF refuses")
    func longInfo() throws {
        let output = try HKDF.expand(
            pseudoRandomKey: SecretBytes([1, 2, 3]), info: [UInt8](repeating: 7, count: 40_000), length: 64)
        #expect(output.count == 64)
    }

    @Test("refuses more than 255 blocks")
    func tooLong() {
        #expect(throws: CryptographyError.self) {
            try HKDF.expand(pseudoRandomKey: SecretBytes([1]), info: [], length: 255 * 32 + 1)
        }
    }
}
