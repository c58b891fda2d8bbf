import Cryptography

/// Decodes the TLS presentation language (RFC 9420 §2.1, RFC 8446 §3). Every access is bounds-checked.
package struct TLSReader {
    private let bytes: [UInt8]
    private let end: Int
    /// Offset in bytes from the start of the outermost structure.
    package private(set) var offset: Int

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        offset = 0
        end = bytes.count
    }

    private init(_ bytes: [UInt8], from start: Int, to end: Int) {
        self.bytes = bytes
        offset = start
        self.end = end
    }

    package var isAtEnd: Bool { offset == end }
    package var remainingBytes: Int { end - offset }

    package func failure(_ reason: TLSDecodingError.Reason) -> TLSDecodingError {
        TLSDecodingError(reason: reason, offset: offset)
    }

    /// Checks that all bytes have been read.
    package func finish() throws(TLSDecodingError) {
        guard isAtEnd else { throw failure(.trailingBytes(count: remainingBytes)) }
    }

    package mutating func uint8() throws(TLSDecodingError) -> UInt8 {
        guard offset < end else { throw failure(.truncated) }
        defer { offset += 1 }
        return bytes[offset]
    }

    package mutating func uint16() throws(TLSDecodingError) -> UInt16 { try bigEndian() }
    package mutating func uint32() throws(TLSDecodingError) -> UInt32 { try bigEndian() }
    package mutating func uint64() throws(TLSDecodingError) -> UInt64 { try bigEndian() }

    private mutating func bigEndian<Number: FixedWidthInteger>() throws(TLSDecodingError) -> Number {
        let width = Number.bitWidth / 8
        guard remainingBytes >= width else { throw failure(.truncated) }
        var value: Number = 0
        for index in offset..<offset + width { value = value << 8 | Number(bytes[index]) }
        offset += width
        return value
    }

    /// Reads exactly `count` bytes that have no length prefix.
    package mutating func fixed(_ count: Int) throws(TLSDecodingError) -> [UInt8] {
        guard count >= 0, count <= remainingBytes else { throw failure(.truncated) }
        defer { offset += count }
        return Array(bytes[offset..<offset + count])
    }

    /// Reads all remaining bytes.
    package mutating func rest() -> [UInt8] {
        defer { offset = end }
        return Array(bytes[offset..<end])
    }

    /// Reads `opaque x<V>`.
    package mutating func opaque() throws(TLSDecodingError) -> [UInt8] {
        let count = try lengthPrefix()
        return try fixed(count)
    }

    /// Reads `opaque x<V>` that contains a secret.
    package mutating func secret() throws(TLSDecodingError) -> SecretBytes { SecretBytes(try opaque()) }

    /// Reads a `<V>` vector and returns a separate reader for its content.
    package mutating func nested() throws(TLSDecodingError) -> TLSReader {
        let count = try lengthPrefix()
        guard count <= remainingBytes else { throw failure(.truncated) }
        defer { offset += count }
        return TLSReader(bytes, from: offset, to: offset + count)
    }

    /// Reads `T x<V>`.
    package mutating func vector<Element>(
        _ read: (inout TLSReader) throws(TLSDecodingError) -> Element
    ) throws(TLSDecodingError) -> [Element] {
        var reader = try nested()
        var elements: [Element] = []
        while !reader.isAtEnd { elements.append(try read(&reader)) }
        return elements
    }

    package mutating func vector<Element: TLSDecodable>(
        of type: Element.Type
    ) throws(TLSDecodingError) -> [Element] {
        try vector { (reader) throws(TLSDecodingError) in try Element(from: &reader) }
    }

    /// Reads `optional<T>` (§2.1.1).
    package mutating func optional<Element>(
        _ read: (inout TLSReader) throws(TLSDecodingError) -> Element
    ) throws(TLSDecodingError) -> Element? {
        let start = self
        switch try uint8() {
        case 0: return nil
        case 1: return try read(&self)
        case let other: throw start.failure(.invalidValue(of: "presence flag", UInt64(other)))
        }
    }

    package mutating func optional<Element: TLSDecodable>(
        of type: Element.Type
    ) throws(TLSDecodingError) -> Element? {
        try optional { (reader) throws(TLSDecodingError) in try Element(from: &reader) }
    }

    /// Returns the bytes that `read` consumes along with its result, for structures that are hashed or signed
    /// as received.
    package mutating func capturing<Element>(
        _ read: (inout TLSReader) throws(TLSDecodingError) -> Element
    ) throws(TLSDecodingError) -> (Element, [UInt8]) {
        let start = offset
        let element = try read(&self)
        return (element, Array(bytes[start..<offset]))
    }

    /// Reads the length prefix of a `<V>` vector (§2.1.2).
    mutating func lengthPrefix() throws(TLSDecodingError) -> Int {
        let start = self
        let first = try uint8()
        var length = Int(first & 0x3f)
        let extraBytes: Int
        switch first >> 6 {
        case 0: extraBytes = 0
        case 1: extraBytes = 1
        case 2: extraBytes = 3
        default: throw start.failure(.invalidLengthPrefix)
        }
        for _ in 0..<extraBytes { length = length << 8 | Int(try uint8()) }
        guard extraBytes == VariableLength.extraBytes(for: length) else {
            throw start.failure(.invalidLengthPrefix)
        }
        return length
    }
}
