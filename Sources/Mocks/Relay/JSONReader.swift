import Cryptography
import Vocabulary

/// Reads JSON (RFC 8259) part by part, so that a message is understood as far as it is good. Foundation's
/// decoder builds a tree of everything first, which costs a relay more than checking a signature.
struct JSONReader {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Arrays and objects inside each other.
    private static let maximumDepth = 64

    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    // MARK: Structure

    /// Calls `element` at the start of each element of an array; it must read that element.
    mutating func array(_ element: (inout JSONReader) throws -> Void) throws {
        try enter("[", "an array")
        if !takes("]") {
            repeat { try element(&self) } while takes(",")
            try expect("]")
        }
        depth -= 1
    }

    /// Calls `member` with each name of an object; it must read that member's value.
    mutating func object(_ member: (inout JSONReader, String) throws -> Void) throws {
        try enter("{", "an object")
        if !takes("}") {
            repeat {
                let name = try string()
                try expect(":")
                try member(&self, name)
            } while takes(",")
            try expect("}")
        }
        depth -= 1
    }

    /// Whether nothing but blanks follows.
    mutating func isAtEnd() -> Bool {
        skipBlanks()
        return position == bytes.count
    }

    /// Whether this character comes next, which is then behind us.
    mutating func takes(_ character: Unicode.Scalar) -> Bool {
        skipBlanks()
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    mutating func expect(_ character: Unicode.Scalar) throws {
        guard takes(character) else { throw failure("\"\(character)\" is missing") }
    }

    private mutating func enter(_ character: Unicode.Scalar, _ name: String) throws {
        guard takes(character) else { throw failure("\(name) is expected") }
        depth += 1
        guard depth <= Self.maximumDepth else { throw failure("too many levels") }
    }

    private mutating func skipBlanks() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0a, 0x0d: position += 1
            default: return
            }
        }
    }

    func failure(_ what: String) -> Failure { Failure(description: "\(what) at byte \(position)") }

    // MARK: Values

    /// A whole number. A fraction or an exponent is none, even where its value is whole.
    mutating func integer() throws -> Int64 {
        skipBlanks()
        let start = position
        if position < bytes.count, bytes[position] == UInt8(ascii: "-") { position += 1 }
        let digits = position
        var value: Int64 = 0
        let isNegative = digits > start
        while position < bytes.count, case let digit = bytes[position] &- UInt8(ascii: "0"), digit < 10 {
            let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, more) = scaled.addingReportingOverflow(isNegative ? -Int64(digit) : Int64(digit))
            guard !overflow, !more else { throw failure("the number is too large") }
            value = sum
            position += 1
        }
        let length = position - digits
        guard length > 0, length == 1 || bytes[digits] != UInt8(ascii: "0") else {
            throw failure("a whole number is expected")
        }
        if position < bytes.count, [".", "e", "E"].contains(Unicode.Scalar(bytes[position])) {
            throw failure("a whole number is expected")
        }
        return value
    }

    mutating func strings() throws -> [String] {
        var list: [String] = []
        try array { list.append(try $0.string()) }
        return list
    }

    /// A text of hexadecimal digits as the bytes that it stands for; nil for any other text.
    mutating func hexadecimal() throws -> [UInt8]? {
        func digit(_ byte: UInt8) -> UInt8? {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
            default: nil
            }
        }
        skipBlanks()
        let start = position
        guard takes("\"") else { throw failure("a text is expected") }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(64)
        while position + 1 < bytes.count, let high = digit(bytes[position]),
            let low = digit(bytes[position + 1])
        {
            decoded.append(high << 4 | low)
            position += 2
        }
        // Not `takes`, because a blank in a text is a part of it.
        if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
            position += 1
            return decoded
        }
        // Something else, perhaps with digits that are written as escapes.
        position = start
        return Hex.decode(try string())
    }

    mutating func string() throws -> String {
        guard takes("\"") else { throw failure("a text is expected") }
        let start = position
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                guard let text = String(validating: bytes[start..<position], as: UTF8.self) else {
                    throw failure("a text is not UTF-8")
                }
                position += 1
                return text
            case UInt8(ascii: "\\"): return try escapedString(from: start)
            case ..<0x20: throw failure("a control character stands in a text")
            default: position += 1
            }
        }
        throw failure("a text does not end")
    }

    private mutating func escapedString(from start: Int) throws -> String {
        var text = Array(bytes[start..<position])
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw failure("a text is not UTF-8")
                }
                return string
            case UInt8(ascii: "\\"): try appendEscape(to: &text)
            case ..<0x20: throw failure("a control character stands in a text")
            default: text.append(byte)
            }
        }
        throw failure("a text does not end")
    }

    private mutating func appendEscape(to text: inout [UInt8]) throws {
        guard position < bytes.count else { throw failure("a text does not end") }
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0c)
        case UInt8(ascii: "n"): text.append(0x0a)
        case UInt8(ascii: "r"): text.append(0x0d)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            var value = try codeUnit()
            if 0xd800..<0xdc00 ~= value, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
                bytes[position + 1] == UInt8(ascii: "u")
            {
                position += 2
                let low = try codeUnit()
                guard 0xdc00..<0xe000 ~= low else { throw failure("half a surrogate pair stands in a text") }
                value = 0x10000 + (value - 0xd800) << 10 + (low - 0xdc00)
            }
            guard let scalar = Unicode.Scalar(value) else {
                throw failure("half a surrogate pair stands in a text")
            }
            text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        default: throw failure("an escape is unknown")
        }
    }

    private mutating func codeUnit() throws -> UInt32 {
        guard position + 4 <= bytes.count else { throw failure("a text does not end") }
        var value: UInt32 = 0
        for byte in bytes[position..<position + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw failure("an escape is not hexadecimal")
            }
            value = value << 4 | UInt32(digit)
        }
        position += 4
        return value
    }

    /// Passes over a value of any type.
    mutating func skip() throws {
        skipBlanks()
        guard position < bytes.count else { throw failure("a value is missing") }
        switch bytes[position] {
        case UInt8(ascii: "{"): try object { reader, _ in try reader.skip() }
        case UInt8(ascii: "["): try array { try $0.skip() }
        case UInt8(ascii: "\""): _ = try string()
        case UInt8(ascii: "t"): try skip("true")
        case UInt8(ascii: "f"): try skip("false")
        case UInt8(ascii: "n"): try skip("null")
        default: try skipNumber()
        }
    }

    private mutating func skip(_ word: String) throws {
        guard bytes[position...].starts(with: word.utf8) else { throw failure("a value is unknown") }
        position += word.utf8.count
    }

    private mutating func skipNumber() throws {
        func digits(_ reader: inout JSONReader) throws {
            let start = reader.position
            while reader.position < reader.bytes.count, reader.bytes[reader.position] &- 0x30 < 10 {
                reader.position += 1
            }
            guard reader.position > start else { throw reader.failure("a value is unknown") }
        }
        func takes(_ characters: String) -> Bool {
            guard position < bytes.count, characters.utf8.contains(bytes[position]) else { return false }
            position += 1
            return true
        }
        _ = takes("-")
        if !takes("0") { try digits(&self) }
        if takes(".") { try digits(&self) }
        if takes("eE") {
            _ = takes("+-")
            try digits(&self)
        }
    }
}
