import Marmot

/// What the bytes of a picture tell, and the picture without what it tells of its maker. No codec: the pixels stay as they are.
package struct PictureData: Equatable, Sendable {
    package let bytes: [UInt8]
    /// Pixels, where the format is known.
    var size: (width: Int, height: Int)?
    /// The camera was held otherwise than the pixels lie, which only the removed part told.
    var isRotated = false

    package static func == (a: Self, b: Self) -> Bool {
        a.bytes == b.bytes && a.isRotated == b.isRotated && a.size?.width == b.size?.width
            && a.size?.height == b.size?.height
    }

    /// - Throws: `MessengerError` (file_error) for bytes that are no picture of this type.
    package init(_ bytes: [UInt8], type: MediaType) throws(MessengerError) {
        switch type.text {
        case "image/jpeg": self = try .jpeg(bytes)
        case "image/png": self = try .png(bytes)
        case "image/gif":
            guard bytes.starts(with: "GIF8".utf8), bytes.count >= 10 else { throw Self.other(type.text) }
            self.init(
                bytes: bytes, size: (Int(bytes[6]) | Int(bytes[7]) << 8, Int(bytes[8]) | Int(bytes[9]) << 8))
        case "image/webp":
            guard bytes.starts(with: "RIFF".utf8), bytes.count >= 12, bytes[8..<12].elementsEqual("WEBP".utf8)
            else {
                throw Self.other(type.text)
            }
            self.init(bytes: bytes)
        default: self.init(bytes: bytes)
        }
    }

    private init(bytes: [UInt8], size: (width: Int, height: Int)? = nil, isRotated: Bool = false) {
        (self.bytes, self.size, self.isRotated) = (bytes, size, isRotated)
    }

    private static func other(_ type: String) -> MessengerError {
        MessengerError(
            .fileError, "the file is no \(type), or damaged: name its type, or application/octet-stream")
    }

    // MARK: JPEG (ITU T.81, annex B)

    private static func jpeg(_ bytes: [UInt8]) throws(MessengerError) -> PictureData {
        guard bytes.starts(with: [0xff, 0xd8, 0xff]) else { throw other("image/jpeg") }
        var (kept, place): ([UInt8], Int) = ([0xff, 0xd8], 2)
        var size: (Int, Int)?
        var isRotated = false
        while place + 4 <= bytes.count {
            guard bytes[place] == 0xff else { throw other("image/jpeg") }
            let marker = bytes[place + 1]
            // Fill bytes.
            if marker == 0xff {
                place += 1
                continue
            }
            // The scan, and all that follows it.
            if marker == 0xda {
                return PictureData(bytes: kept + bytes[place...], size: size, isRotated: isRotated)
            }
            let length = Int(bytes[place + 2]) << 8 | Int(bytes[place + 3])
            let end = place + 2 + length
            guard length >= 2, end <= bytes.count else { throw other("image/jpeg") }
            let segment = bytes[place..<end]
            switch marker {
            case 0xe1: isRotated = isRotated || orientation(Array(segment.dropFirst(4))) > 1
            case 0xed, 0xfe: break
            default:
                if (0xc0...0xcf).contains(marker), ![0xc4, 0xc8, 0xcc].contains(marker), length >= 7 {
                    let at = { Int(bytes[place + $0]) << 8 | Int(bytes[place + $0 + 1]) }
                    size = (at(7), at(5))
                }
                kept += segment
            }
            place = end
        }
        throw other("image/jpeg")
    }

    /// Of Exif data, 1 where it tells none.
    private static func orientation(_ data: [UInt8]) -> Int {
        guard data.starts(with: Array("Exif".utf8) + [0, 0]) else { return 1 }
        let tiff = Array(data.dropFirst(6))
        guard tiff.count >= 8 else { return 1 }
        let isLittle = tiff[0] == 0x49
        func number(_ place: Int, _ count: Int) -> Int? {
            guard place >= 0, place + count <= tiff.count else { return nil }
            let part = tiff[place..<place + count]
            return (isLittle ? Array(part.reversed()) : Array(part)).reduce(0) { $0 << 8 | Int($1) }
        }
        guard let start = number(4, 4), let count = number(start, 2) else { return 1 }
        for index in 0..<count {
            let entry = start + 2 + index * 12
            guard let tag = number(entry, 2) else { return 1 }
            if tag == 0x0112 { return number(entry + 8, 2) ?? 1 }
        }
        return 1
    }

    // MARK: PNG (RFC 2083)

    private static let removed: Set<String> = ["eXIf", "tEXt", "iTXt", "zTXt", "tIME"]

    private static func png(_ bytes: [UInt8]) throws(MessengerError) -> PictureData {
        let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
        guard bytes.starts(with: signature) else { throw other("image/png") }
        var (kept, place) = (signature, 8)
        var size: (Int, Int)?
        while place + 12 <= bytes.count {
            func number(_ place: Int) -> Int { bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) } }
            let length = number(place)
            let end = place + 12 + length
            guard end <= bytes.count else { throw other("image/png") }
            let name = String(decoding: bytes[place + 4..<place + 8], as: UTF8.self)
            if name == "IHDR", length >= 8 { size = (number(place + 8), number(place + 12)) }
            if !removed.contains(name) { kept += bytes[place..<end] }
            if name == "IEND" { return PictureData(bytes: kept, size: size) }
            place = end
        }
        throw other("image/png")
    }
}
