import Cryptography

/// Encodes the TLS presentation language (RFC 9420 §2.1).
package struct TLSWriter {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package mutating func uint8(_ value: UInt8) { bytes.append(value) }
    package mutating func uint16(_ value: UInt16) { bigEndian(value) }
    package mutating func uint32(_ value: UInt32) { bigEndian(value) }
    package mutating func uint64(_ value: UInt64) { bigEndian(value) }

    private mutating func bigEndian(_ value: some FixedWidthInteger) {
        for shift in stride(from: value.bitWidth - 8, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

    /// Writes bytes without a length prefix.
    package mutating func fixed(_ value: some Sequence<UInt8>) { bytes.append(contentsOf: value) }

    /// Writes `opaque x<V>`.
    package mutating func opaque(_ value: [UInt8]) {
        bytes.append(contentsOf: VariableLength.encode(value.count))
        bytes.append(contentsOf: value)
    }

    package mutating func secret(_ value: SecretBytes) { opaque(value.exposed()) }

    /// Writes a `<V>` vector with the content that `write` produces.
    package mutating func nested(_ write: (inout TLSWriter) -> Void) {
        var inner = TLSWriter()
        write(&inner)
        opaque(inner.bytes)
    }

    package mutating func vector(_ elements: some Sequence<some TLSEncodable>) {
        nested { writer in
            for element in elements { element.encode(to: &writer) }
        }
    }

    /// Writes `optional<T>` (§2.1.1).
    package mutating func optional<Element>(_ value: Element?, _ write: (inout TLSWriter, Element) -> Void) {
        if let value {
            uint8(1)
            write(&self, value)
        } else {
            uint8(0)
        }
    }

    package mutating func optional(_ value: (some TLSEncodable)?) {
        optional(value) { writer, value in value.encode(to: &writer) }
    }

    /// The bytes that `write` produces.
    package static func bytes(_ write: (inout TLSWriter) -> Void) -> [UInt8] {
        var writer = TLSWriter()
        write(&writer)
        return writer.bytes
    }
}
