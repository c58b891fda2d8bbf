/// The ways in which a byte of a text can be written: as it is, percent-encoded, with the escapes of JSON and C, as an HTML entity, and one
/// of these inside another.
enum Spellings {
    /// What stands at a place, read in one way.
    struct Reading {
        /// UTF-8, at least one byte.
        let bytes: [UInt8]
        /// Where the text goes on.
        let end: Int
    }

    /// Bytes that an escape begins with.
    static let introducers = (UInt8.min...UInt8.max).filter { !isPlain($0) }
    /// How deep escapes may be inside each other.
    private static let deepest = 4

    /// Whether a byte can only stand for itself. The last one begins the signs that `VisibleText` shows for line ends.
    static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "%"), UInt8(ascii: "\\"), UInt8(ascii: "&"), UInt8(ascii: "+"), 0xe2: false
        default: true
        }
    }

    /// Every way to read what stands at `place`, escapes first; empty at the end.
    static func readings(_ bytes: [UInt8], at place: Int) -> [Reading] {
        guard place < bytes.count else { return [] }
        let plain = Reading(bytes: [bytes[place]], end: place + 1)
        guard !isPlain(bytes[place]) else { return [plain] }
        var readings: [Reading] = []
        for depth in 1...deepest {
            guard let reading = escape(bytes, place, depth) else { break }
            // Nothing more is found deeper inside.
            if let last = readings.last, last.end == reading.end, last.bytes == reading.bytes { break }
            readings.append(reading)
        }
        return readings + [plain]
    }

    /// One byte, read through `depth` escapes.
    private static func byte(_ bytes: [UInt8], _ place: Int, _ depth: Int) -> (value: UInt8, end: Int)? {
        guard place < bytes.count else { return nil }
        if depth > 0, !isPlain(bytes[place]), let reading = escape(bytes, place, depth),
            reading.bytes.count == 1
        {
            return (reading.bytes[0], reading.end)
        }
        return (bytes[place], place + 1)
    }

    /// The escape at `place`, itself written with escapes up to `depth - 1` deep.
    private static func escape(_ bytes: [UInt8], _ place: Int, _ depth: Int) -> Reading? {
        let inner = depth - 1
        guard let (introducer, next) = byte(bytes, place, inner) else { return nil }
        let shallow = inner > 0 ? escape(bytes, place, inner) : nil
        switch introducer {
        case UInt8(ascii: "%"):
            guard let (value, end) = number(bytes, next, digits: 2, inner) else { return shallow }
            return Reading(bytes: [UInt8(value)], end: end)
        case UInt8(ascii: "+"): return Reading(bytes: [UInt8(ascii: " ")], end: next)
        case UInt8(ascii: "\\"): return backslash(bytes, next, inner) ?? shallow
        case UInt8(ascii: "&"): return entity(bytes, next, inner) ?? shallow
        case 0xe2: return depth == 1 ? sign(bytes, place) : shallow
        default: return shallow
        }
    }

    /// `␊` and `␍`
    private static func sign(_ bytes: [UInt8], _ place: Int) -> Reading? {
        let rest = bytes[place...]
        if rest.starts(with: "␊".utf8) { return Reading(bytes: [10], end: place + 3) }
        return rest.starts(with: "␍".utf8) ? Reading(bytes: [13], end: place + 3) : nil
    }

    /// `\"`, `\/`, `\n`, `\u0022`, `\ud83d\ude00`, `\u{22}`, `\x22`, behind the backslash.
    private static func backslash(_ bytes: [UInt8], _ place: Int, _ depth: Int) -> Reading? {
        guard let (letter, next) = byte(bytes, place, depth) else { return nil }
        switch letter {
        case UInt8(ascii: "u"): return unicode(bytes, next, depth)
        case UInt8(ascii: "x"):
            return number(bytes, next, digits: 2, depth).map {
                Reading(bytes: [UInt8($0.value)], end: $0.end)
            }
        case UInt8(ascii: "n"): return Reading(bytes: [10], end: next)
        case UInt8(ascii: "r"): return Reading(bytes: [13], end: next)
        case UInt8(ascii: "t"): return Reading(bytes: [9], end: next)
        default: return Reading(bytes: [letter], end: next)
        }
    }

    private static func unicode(_ bytes: [UInt8], _ place: Int, _ depth: Int) -> Reading? {
        if let (brace, next) = byte(bytes, place, depth), brace == UInt8(ascii: "{") {
            for digits in 1...6 {
                guard let (value, end) = number(bytes, next, digits: digits, depth),
                    let (closing, after) = byte(bytes, end, depth), closing == UInt8(ascii: "}")
                else { continue }
                return character(value, end: after)
            }
            return nil
        }
        guard let (high, end) = number(bytes, place, digits: 4, depth) else { return nil }
        guard (0xd800..<0xdc00).contains(high) else { return character(high, end: end) }
        guard let (slash, letter) = byte(bytes, end, depth), slash == UInt8(ascii: "\\"),
            let (u, digits) = byte(bytes, letter, depth), u == UInt8(ascii: "u"),
            let (low, after) = number(bytes, digits, digits: 4, depth), (0xdc00..<0xe000).contains(low)
        else { return nil }
        return character(0x10000 + (high - 0xd800) << 10 + (low - 0xdc00), end: after)
    }

    /// `amp;`, `#38;`, `#x26;`, behind the ampersand.
    private static func entity(_ bytes: [UInt8], _ place: Int, _ depth: Int) -> Reading? {
        var (name, next): ([UInt8], Int) = ([], place)
        while name.count < 9, let (value, end) = byte(bytes, next, depth) {
            next = end
            if value == UInt8(ascii: ";") { break }
            name.append(value)
        }
        switch String(decoding: name, as: UTF8.self).lowercased() {
        case "amp": return Reading(bytes: [UInt8(ascii: "&")], end: next)
        case "lt": return Reading(bytes: [UInt8(ascii: "<")], end: next)
        case "gt": return Reading(bytes: [UInt8(ascii: ">")], end: next)
        case "quot": return Reading(bytes: [UInt8(ascii: "\"")], end: next)
        case "apos": return Reading(bytes: [UInt8(ascii: "'")], end: next)
        case let text where text.hasPrefix("#x"):
            return Int(text.dropFirst(2), radix: 16).flatMap { character($0, end: next) }
        case let text where text.hasPrefix("#"):
            return Int(text.dropFirst()).flatMap { character($0, end: next) }
        default: return nil
        }
    }

    private static func character(_ value: Int, end: Int) -> Reading? {
        UInt32(exactly: value).flatMap(Unicode.Scalar.init).map {
            Reading(bytes: Array(String(Character($0)).utf8), end: end)
        }
    }

    private static func number(
        _ bytes: [UInt8], _ place: Int, digits: Int, _ depth: Int
    ) -> (value: Int, end: Int)? {
        var (value, next) = (0, place)
        for _ in 0..<digits {
            guard let (letter, end) = byte(bytes, next, depth),
                let digit = Character(Unicode.Scalar(letter)).hexDigitValue
            else { return nil }
            (value, next) = (value * 16 + digit, end)
        }
        return (value, next)
    }
}
