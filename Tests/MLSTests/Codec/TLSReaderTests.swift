import Testing
import TestSupport

@testable import MLS

@Suite("TLSReader — RFC 9420 §2.1")
struct TLSReaderTests {
    struct LengthVector: Decodable {
        let vlbytesHeader: HexBytes
        let length: Int
    }

    @Test(
        "reads every length header of deserialization.json",
        .enabled(if: Vectors.areAvailable, "\(Vectors.skipComment)"))
    func lengthHeaders() throws {
        for vector in try Vectors.decode([LengthVector].self, from: "mls/deserialization.json") {
            // Without the bytes themselves: some vectors are a gigabyte long.
            var reader = TLSReader(vector.vlbytesHeader.bytes)
            #expect(try reader.lengthPrefix() == vector.length)
            #expect(reader.isAtEnd)
            #expect(VariableLength.encode(vector.length) == vector.vlbytesHeader.bytes)
        }
    }

    @Test(
        "refuses length headers that are not minimal or reserved",
        arguments: [[0x40, 0x01, 9], [0x80, 0, 0, 1, 9], [0xc0, 0, 0, 0, 0, 0, 0, 1, 9]] as [[UInt8]])
    func badHeaders(_ bytes: [UInt8]) {
        var reader = TLSReader(bytes)
        #expect(throws: TLSDecodingError(reason: .invalidLengthPrefix, offset: 0)) { try reader.opaque() }
    }

    @Test("says where a value is cut short")
    func truncation() {
        var reader = TLSReader([0x05, 1, 2])
        #expect(throws: TLSDecodingError(reason: .truncated, offset: 1)) { try reader.opaque() }
    }

    @Test("refuses trailing bytes")
    func trailing() {
        #expect(throws: TLSDecodingError(reason: .trailingBytes(count: 1), offset: 4)) {
            try LeafIndex(decoding: [0, 0, 0, 1, 9])
        }
    }
}
