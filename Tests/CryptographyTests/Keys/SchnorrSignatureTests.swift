import Cryptography
import Foundation
import TestSupport
import Testing

@Suite("SchnorrSignature — BIP-340")
struct SchnorrSignatureTests {
    private struct Row {
        let index: String, secretKey: String, publicKey: String, auxiliary: String
        let message: [UInt8], signature: [UInt8], isValid: Bool, comment: String
    }

    private func rows(_ data: Data) throws -> [Row] {
        try String(decoding: data, as: UTF8.self)
            .split(whereSeparator: \.isNewline).dropFirst()
            .map { line in
                let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
                return Row(
                    index: cells[0], secretKey: cells[1], publicKey: cells[2], auxiliary: cells[3],
                    message: try #require(Hex.decode(cells[4])),
                    signature: try #require(Hex.decode(cells[5])),
                    isValid: cells[6] == "TRUE", comment: cells.count > 7 ? cells[7] : "")
            }
    }

    private func verify(_ row: Row) throws {
        let isValid = (try? XOnlyKey(hex: row.publicKey)).map {
            SchnorrSignature.isValid(row.signature, for: row.message, publicKey: $0)
        }
        #expect((isValid ?? false) == row.isValid, "row \(row.index): \(row.comment)")
        guard !row.secretKey.isEmpty, row.isValid else { return }
        let key = try Secp256k1SecretKey(hex: row.secretKey)
        #expect(key.publicKey.hex == row.publicKey.lowercased())
        let auxiliary = try #require(Hex.decode(row.auxiliary))
        #expect(
            try SchnorrSignature.sign(row.message, with: key, auxiliaryRandom: auxiliary) == row.signature,
            "row \(row.index)")
    }

    @Test("agrees with bip340.csv", .enabled(if: Vectors.areAvailable, "\(Vectors.skipComment)"))
    func vectors() throws {
        let rows = try rows(Vectors.data("bip340.csv"))
        #expect(!rows.isEmpty)
        // The BIP's drafts chose R by its square and not by its parity; their signatures are not BIP-340 as it was
        // adopted and as Nostr uses it. Such a file still shows what must be refused.
        let isDraft = rows.contains { $0.comment.contains("has_square_y(R)") }
        for row in rows {
            if isDraft && row.isValid {
                withKnownIssue("bip340.csv is a draft of the BIP (has_square_y)") { try verify(row) }
            } else {
                try verify(row)
            }
        }
    }

    /// bip340.csv beside this file is what the BIP's own test-vectors.py (bitcoin/bips f98774a6) prints.
    @Test("agrees with the BIP's reference program")
    func reference() throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "bip340.csv")
        let rows = try rows(Data(contentsOf: path))
        #expect(rows.count == 19)
        for row in rows { try verify(row) }
    }

    @Test("refuses a signature with any byte changed")
    func forged() throws {
        let key = try Secp256k1SecretKey(hex: String(repeating: "01", count: 32))
        let message = [UInt8](repeating: 7, count: 32)
        let made = try SchnorrSignature.sign(
            message, with: key, auxiliaryRandom: [UInt8](repeating: 0, count: 32))
        for index in made.indices {
            var forged = made
            forged[index] ^= 1
            #expect(!SchnorrSignature.isValid(forged, for: message, publicKey: key.publicKey))
        }
    }

    @Test("refuses zero, the group order and short keys")
    func badKeys() {
        #expect(throws: CryptographyError.self) {
            try Secp256k1SecretKey(hex: String(repeating: "0", count: 64))
        }
        #expect(throws: CryptographyError.self) {
            try Secp256k1SecretKey(hex: "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")
        }
        #expect(throws: CryptographyError.self) { try Secp256k1SecretKey(hex: "01") }
    }
}
