import Foundation

/// JSON from outside, as values of the language. Foundation decides whether it is JSON; this only takes it apart, because Foundation
/// rounds numbers: here they keep their digits.
package enum JSONValueReader {
    /// Nesting that no answer needs.
    private static let maximumDepth = 200

    /// Nil for what is not JSON.
    package static func read(_ text: String) -> EventValue? {
        let data = Data(text.utf8)
        guard let first = text.first(where: { !$0.isWhitespace }), "{[\"-0123456789tfn".contains(first),
            (try? JSONSerialization.jsonObject(with: data, options: [.fragmentsAllowed])) != nil
        else { return nil }
        var reader = Reader(bytes: Array(data))
        return reader.value(depth: 0)
    }

    /// Over text that is known to be JSON.
    private struct Reader {
        let bytes: [UInt8]
        var place = 0

        private mutating func skipBlanks() {
            while place < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[place]) { place += 1 }
        }

        private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

        mutating func value(depth: Int) -> EventValue? {
            skipBlanks()
            guard depth <= maximumDepth, let first = next else { return nil }
            defer { skipBlanks() }
            switch first {
            case UInt8(ascii: "{"): return record(depth)
            case UInt8(ascii: "["): return list(depth)
            case UInt8(ascii: "\""): return string().map(EventValue.text)
            case UInt8(ascii: "t"):
                place += 4
                return .flag(true)
            case UInt8(ascii: "f"):
                place += 5
                return .flag(false)
            case UInt8(ascii: "n"):
                place += 4
                return EventValue.none
            default: return number()
            }
        }

        private mutating func record(_ depth: Int) -> EventValue? {
            var fields: [String: EventValue] = [:]
            place += 1
            skipBlanks()
            while let byte = next, byte != UInt8(ascii: "}") {
                guard let name = string() else { return nil }
                skipBlanks()
                place += 1
                guard let member = value(depth: depth + 1) else { return nil }
                fields[name] = member
                guard takeComma(before: UInt8(ascii: "}")) else { return nil }
            }
            place += 1
            return .record(fields)
        }

        private mutating func list(_ depth: Int) -> EventValue? {
            var items: [EventValue] = []
            place += 1
            skipBlanks()
            while let byte = next, byte != UInt8(ascii: "]") {
                guard let item = value(depth: depth + 1) else { return nil }
                items.append(item)
                guard takeComma(before: UInt8(ascii: "]")) else { return nil }
            }
            place += 1
            return .list(items)
        }

        /// Foundation lets a comma stand before the end; RFC 8259 does not.
        private mutating func takeComma(before end: UInt8) -> Bool {
            guard next == UInt8(ascii: ",") else { return true }
            place += 1
            skipBlanks()
            return next != end
        }

        /// Escapes are Foundation's business.
        private mutating func string() -> String? {
            let start = place
            place += 1
            while let byte = next, byte != UInt8(ascii: "\"") { place += byte == UInt8(ascii: "\\") ? 2 : 1 }
            place += 1
            guard place <= bytes.count else { return nil }
            return
                (try? JSONSerialization.jsonObject(
                    with: Data(bytes[start..<place]), options: [.fragmentsAllowed])) as? String
        }

        private mutating func number() -> EventValue {
            let start = place
            while let byte = next, "+-.eE0123456789".utf8.contains(byte) { place += 1 }
            let digits = String(decoding: bytes[start..<place], as: UTF8.self)
            return Int(digits).map { "\($0)" == digits ? .number($0) : .exact(digits) } ?? .exact(digits)
        }
    }
}
