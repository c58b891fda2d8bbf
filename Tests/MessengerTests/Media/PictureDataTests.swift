import Marmot
import Testing

@testable import Messenger

@Suite("pictures without what they tell of their maker")
struct PictureDataTests {
    private static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
        [0, 0, UInt8(data.count >> 8), UInt8(data.count & 0xff)] + Array(name.utf8) + data + [1, 2, 3, 4]
    }

    private static let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
    private static let header = chunk("IHDR", [0, 0, 1, 2, 0, 0, 0, 3, 8, 0, 0, 0, 0])

    private static func segment(_ marker: UInt8, _ data: [UInt8]) -> [UInt8] {
        [0xff, marker, UInt8((data.count + 2) >> 8), UInt8((data.count + 2) & 0xff)] + data
    }

    /// Exif with one entry: orientation.
    private static func exif(_ orientation: UInt8, isLittle: Bool) -> [UInt8] {
        let start: [UInt8] = Array("Exif".utf8) + [0, 0]
        return isLittle
            ? start + [
                0x49, 0x49, 0x2a, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0,
            ]
            : start + [
                0x4d, 0x4d, 0, 0x2a, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0,
            ]
    }

    private func type(_ text: String) throws -> MediaType { try #require(MediaType(text)) }

    @Test("PNG: texts, Exif and dates go, the rest stays as it is")
    func png() throws {
        let kept = Self.chunk("IDAT", [9, 9]) + Self.chunk("IEND", [])
        let told = ["tEXt", "iTXt", "zTXt", "eXIf", "tIME"].flatMap { Self.chunk($0, Array("me".utf8)) }
        let picture = try PictureData(
            Self.signature + Self.header + told + kept + [7, 7], type: type("image/png"))
        #expect(picture.bytes == Self.signature + Self.header + kept)
        #expect(picture.size?.width == 258 && picture.size?.height == 3)
    }

    @Test("JPEG: Exif, IPTC and comments go; a turned camera is told", arguments: [true, false])
    func jpeg(isLittle: Bool) throws {
        let frame = Self.segment(0xc0, [8, 0, 4, 1, 0, 1, 1, 0x11, 0])
        let colours = Self.segment(0xe2, Array("ICC".utf8))
        let scan: [UInt8] = [0xff, 0xda, 0, 2, 1, 2, 0xff, 0xd9]
        for (orientation, isRotated) in [(1, false), (6, true)] as [(UInt8, Bool)] {
            let told =
                Self.segment(0xe1, Self.exif(orientation, isLittle: isLittle)) + Self.segment(0xed, [1])
                + Self.segment(0xfe, Array("me".utf8))
            let picture = try PictureData(
                [0xff, 0xd8] + told + colours + frame + scan, type: type("image/jpeg"))
            #expect(picture.bytes == [0xff, 0xd8] + colours + frame + scan)
            #expect(picture.isRotated == isRotated)
            #expect(picture.size?.width == 256 && picture.size?.height == 4)
        }
    }

    @Test(
        "bytes of another type, and cut ones, are refused; they never trap",
        arguments: ["image/png", "image/jpeg", "image/gif", "image/webp"])
    func damaged(text: String) throws {
        let type = try type(text)
        let pictures: [String: [UInt8]] = [
            "image/png": Self.signature + Self.header + Self.chunk("IEND", []),
            "image/jpeg": [0xff, 0xd8] + Self.segment(0xe1, Self.exif(6, isLittle: true))
                + Self.segment(0xc0, [8, 0, 4, 1, 0, 1, 1, 0x11, 0]) + [0xff, 0xda],
            "image/gif": Array("GIF89a".utf8) + [1, 0, 2, 0], "image/webp": Array("RIFF1234WEBP".utf8),
        ]
        let whole = try #require(pictures[text])
        for (other, bytes) in pictures where other != text {
            #expect(throws: MessengerError.self) { try PictureData(bytes, type: type) }
        }
        for length in 0..<whole.count { _ = try? PictureData(Array(whole.prefix(length)), type: type) }
        for index in whole.indices {
            for value in [0, 1, 0x7f, 0xff] as [UInt8] {
                var bytes = whole
                bytes[index] = value
                _ = try? PictureData(bytes, type: type)
            }
        }
        #expect(throws: MessengerError.self) { try PictureData([], type: type) }
    }

    @Test("what is no picture stays as it is")
    func other() throws {
        #expect(try PictureData([1, 2, 3], type: .any).bytes == [1, 2, 3])
    }
}
