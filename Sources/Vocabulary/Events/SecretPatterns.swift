import Foundation

/// The secrets that `Masking` looks for, and the search. Pure.
struct SecretPatterns: Sendable {
    /// UTF-8, longest first: one secret may be part of another.
    private var needles: [[UInt8]] = []
    /// By byte: whether a match can begin with it.
    private var canBegin = [Bool](repeating: false, count: 256)

    mutating func add(_ secret: String) {
        for needle in [Array(secret.utf8)] + Self.base64Forms(of: secret) where !needles.contains(needle) {
            needles.append(needle)
            canBegin[Int(needle[0])] = true
        }
        needles.sort { $0.count > $1.count }
        // The first byte may be written in another way.
        for escape in [UInt8(ascii: "%"), UInt8(ascii: "\\"), UInt8(ascii: "&")] {
            canBegin[Int(escape)] = true
        }
    }

    /// What base64 (RFC 4648 §4 and §5) makes of the secret wherever it stands in a longer text: at each of the three offsets, without
    /// the characters at both ends that depend on its neighbours.
    private static func base64Forms(of secret: String) -> [[UInt8]] {
        let bytes = Array(secret.utf8)
        return (0..<3).flatMap { offset -> [[UInt8]] in
            let encoded = Array(Data([UInt8](repeating: 0, count: offset) + bytes).base64EncodedString().utf8)
            let core = Array(encoded[((offset * 8 + 5) / 6)..<((offset + bytes.count) * 8 / 6)])
            let urlSafe = core.map { byte in
                switch byte {
                case UInt8(ascii: "+"): UInt8(ascii: "-")
                case UInt8(ascii: "/"): UInt8(ascii: "_")
                default: byte
                }
            }
            return core == urlSafe ? [core] : [core, urlSafe]
        }
    }

    func replacing(in text: String, by replacement: String) -> String {
        guard !needles.isEmpty else { return text }
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var (copied, index) = (0, 0)
        while index < bytes.count {
            guard canBegin[Int(bytes[index])], let end = longestMatch(in: bytes, at: index) else {
                index += 1
                continue
            }
            result += bytes[copied..<index]
            result += Array(replacement.utf8)
            (copied, index) = (end, end)
        }
        guard copied > 0 else { return text }
        return String(decoding: result + bytes[copied...], as: UTF8.self)
    }

    /// Where the longest secret that begins at `start` ends.
    private func longestMatch(in bytes: [UInt8], at start: Int) -> Int? {
        for needle in needles {
            var place = start
            var isMatch = true
            for wanted in needle {
                guard let next = Self.step(over: wanted, in: bytes, at: place) else {
                    isMatch = false
                    break
                }
                place = next
            }
            if isMatch { return place }
        }
        return nil
    }

    /// Where `wanted` ends, if it stands at `place` in any spelling.
    private static func step(over wanted: UInt8, in bytes: [UInt8], at place: Int) -> Int? {
        guard place < bytes.count else { return nil }
        // An escape comes first: its introducing character may be the one that is wanted.
        let escaped: Int? =
            switch bytes[place] {
            case UInt8(ascii: "%"): hex(bytes, place + 1, digits: 2) == Int(wanted) ? place + 3 : nil
            case UInt8(ascii: "+"): wanted == UInt8(ascii: " ") ? place + 1 : nil
            case UInt8(ascii: "\\"): escape(wanted, bytes, place)
            case UInt8(ascii: "&"): entity(wanted, bytes, place)
            default: nil
            }
        return escaped ?? (bytes[place] == wanted ? place + 1 : nil)
    }

    /// `\"`, `\/`, `\n`, `\u0022`, `\x22`
    private static func escape(_ wanted: UInt8, _ bytes: [UInt8], _ place: Int) -> Int? {
        guard place + 1 < bytes.count else { return nil }
        switch bytes[place + 1] {
        case UInt8(ascii: "u"): return hex(bytes, place + 2, digits: 4) == Int(wanted) ? place + 6 : nil
        case UInt8(ascii: "x"): return hex(bytes, place + 2, digits: 2) == Int(wanted) ? place + 4 : nil
        case UInt8(ascii: "n"): return wanted == 10 ? place + 2 : nil
        case UInt8(ascii: "r"): return wanted == 13 ? place + 2 : nil
        case UInt8(ascii: "t"): return wanted == 9 ? place + 2 : nil
        case let character: return character == wanted ? place + 2 : nil
        }
    }

    /// `&amp;`, `&#38;`, `&#x26;`
    private static func entity(_ wanted: UInt8, _ bytes: [UInt8], _ place: Int) -> Int? {
        let names: [UInt8: [String]] = [
            UInt8(ascii: "&"): ["&amp;"], UInt8(ascii: "<"): ["&lt;"], UInt8(ascii: ">"): ["&gt;"],
            UInt8(ascii: "\""): ["&quot;"], UInt8(ascii: "'"): ["&apos;"],
        ]
        let hexadecimal = String(wanted, radix: 16)
        let spellings =
            (names[wanted] ?? []) + ["&#\(wanted);", "&#x\(hexadecimal);", "&#x\(hexadecimal.uppercased());"]
        for spelling in spellings where bytes[place...].starts(with: spelling.utf8) {
            return place + spelling.utf8.count
        }
        return nil
    }

    private static func hex(_ bytes: [UInt8], _ place: Int, digits: Int) -> Int? {
        guard place + digits <= bytes.count else { return nil }
        var value = 0
        for byte in bytes[place..<(place + digits)] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
            value = value * 16 + digit
        }
        return value
    }
}
