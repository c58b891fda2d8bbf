/// The index of a leaf, starting from 0 (§4.1.1).
package struct LeafIndex: Hashable, Comparable, Sendable, TLSCodable, CustomStringConvertible {
    package let value: UInt32

    package init(_ value: UInt32) { self.value = value }

    /// The index in the array of nodes.
    package var node: Int { Int(value) * 2 }

    package init(from reader: inout TLSReader) throws(TLSDecodingError) { value = try reader.uint32() }
    package func encode(to writer: inout TLSWriter) { writer.uint32(value) }
    package static func < (a: LeafIndex, b: LeafIndex) -> Bool { a.value < b.value }
    package var description: String { "\(value)" }
}
