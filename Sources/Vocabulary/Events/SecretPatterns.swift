import Foundation

/// The secrets that `Masking` looks for, and the search. Pure.
///
/// Letters match in either case, a blank matches any white space, line ends inside a secret are skipped, and every byte may be written in
/// any of the ways that `Spellings` reads.
struct SecretPatterns: Sendable {
    /// A shorter beginning of a secret is left alone even where the text was cut.
    private static let shortestBeginning = 4
    /// The same at the end of a text that nobody has marked as cut: ordinary words end there, too.
    private static let shortestUnmarkedBeginning = 8...12

    /// UTF-8 in lower case, longest first: one secret may be part of another.
    private var needles: [[UInt8]] = []
    /// By byte: whether a match can begin with it.
    private var canBegin = [Bool](repeating: false, count: 256)

    mutating func add(_ secret: String) {
        for form in Self.forms(of: secret) {
            let needle = Self.folded(form)
            guard !needle.isEmpty, !needles.contains(needle) else { continue }
            needles.append(needle)
            canBegin[Int(needle[0])] = true
        }
        needles.sort { $0.count > $1.count }
        // The first byte may be written in another way.
        for introducer in Spellings.introducers { canBegin[Int(introducer)] = true }
    }

    private static func forms(of secret: String) -> [[UInt8]] {
        var texts = [secret]
        if !secret.utf8.allSatisfy({ $0 < 0x80 }) {
            // Only ASCII is compared in either case, and an accent may come as a character of its own.
            texts += [secret.lowercased(), secret.uppercased()]
            texts += texts.flatMap {
                [$0.precomposedStringWithCanonicalMapping, $0.decomposedStringWithCanonicalMapping]
            }
        }
        return texts.map { Array($0.utf8) } + base64Forms(of: secret)
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

    /// In lower case, with one blank for white space of any length.
    private static func folded(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        for byte in bytes {
            if !isSpace(byte) {
                result.append(folded(byte))
            } else if result.last != UInt8(ascii: " ") {
                result.append(UInt8(ascii: " "))
            }
        }
        return result
    }

    private static func folded(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }

    func replacing(in text: String, by replacement: String) -> String {
        guard !needles.isEmpty else { return text }
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var (copied, index) = (0, 0)
        while index < bytes.count {
            guard canBegin[Int(Self.folded(bytes[index]))], let end = longestMatch(in: bytes, at: index)
            else {
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

    // MARK: One place

    /// Where the longest secret that begins at `start` ends; failing that, the longest beginning of one that was cut off.
    private func longestMatch(in bytes: [UInt8], at start: Int) -> Int? {
        let first = Spellings.readings(bytes, at: start).map { Self.folded($0.bytes[0]) }
        var cutEnd: Int?
        for needle in needles where first.contains(needle[0]) {
            let (end, isWhole) = Self.match(needle, bytes, start)
            if isWhole { return end }
            if let end, end > cutEnd ?? 0 { cutEnd = end }
        }
        return cutEnd
    }

    /// How far a needle is found, and up to where.
    private struct Progress: Hashable {
        var matched: Int
        var place: Int
    }

    /// - Returns: where the needle ends, or the part of it in front of a cut; nil where it does not stand here.
    private static func match(_ needle: [UInt8], _ bytes: [UInt8], _ start: Int) -> (end: Int?, isWhole: Bool)
    {
        var progress = Progress(matched: 0, place: start)
        // Escapes can be read in several ways (`%2525`): those not yet tried, and all that were.
        var (others, seen): ([Progress], Set<Progress>) = ([], [])
        var cutEnd: Int?
        while progress.matched < needle.count {
            // Most bytes are plain.
            if progress.place < bytes.count, folded(bytes[progress.place]) == needle[progress.matched],
                Spellings.isPlain(bytes[progress.place]), needle[progress.matched] != UInt8(ascii: " ")
            {
                progress = Progress(matched: progress.matched + 1, place: progress.place + 1)
                continue
            }
            var next = steps(needle, progress, bytes)
            if let first = next.popLast() {
                progress = first
                for other in next where seen.insert(other).inserted { others.append(other) }
            } else {
                if isCut(bytes, progress, of: needle.count) { cutEnd = max(cutEnd ?? 0, progress.place) }
                guard let other = others.popLast() else { return (cutEnd, false) }
                progress = other
            }
        }
        return (progress.place, true)
    }

    /// Over the next byte of the needle, or several that one escape stands for, or over a line end; the likeliest way last.
    private static func steps(_ needle: [UInt8], _ progress: Progress, _ bytes: [UInt8]) -> [Progress] {
        let (matched, place) = (progress.matched, progress.place)
        if needle[matched] == UInt8(ascii: " ") {
            let end = spaceEnd(bytes, place)
            return end > place ? [Progress(matched: matched + 1, place: end)] : []
        }
        let readings = Spellings.readings(bytes, at: place)
        let steps = readings.filter { needle[matched...].starts(with: $0.bytes.lazy.map(folded)) }.map {
            Progress(matched: matched + $0.bytes.count, place: $0.end)
        }
        guard steps.isEmpty, matched > 0, readings.contains(where: { $0.bytes[0] == 10 || $0.bytes[0] == 13 })
        else { return steps }
        // Somebody has wrapped a long text.
        return [Progress(matched: matched, place: spaceEnd(bytes, place, plus: false))]
    }

    /// - Parameter plus: whether a plus sign is a blank, as in forms; in base64 it is not.
    private static func spaceEnd(_ bytes: [UInt8], _ start: Int, plus: Bool = true) -> Int {
        var place = start
        while plus || place < bytes.count && bytes[place] != UInt8(ascii: "+"),
            let reading = Spellings.readings(bytes, at: place).first(where: { isSpace($0.bytes[0]) })
        {
            place = reading.end
        }
        return place
    }

    private static func isCut(_ bytes: [UInt8], _ progress: Progress, of count: Int) -> Bool {
        let (matched, place) = (progress.matched, progress.place)
        if bytes[place...].starts(with: "…".utf8) || bytes[place...].starts(with: "...".utf8) {
            return matched >= shortestBeginning
        }
        let isEnd = place == bytes.count || [UInt8(ascii: "\""), UInt8(ascii: "\\")].contains(bytes[place])
        let range = shortestUnmarkedBeginning
        return isEnd && matched >= min(max(count / 2, range.lowerBound), range.upperBound)
    }
}
