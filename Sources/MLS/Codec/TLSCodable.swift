/// A structure of RFC 9420 that can be decoded.
package protocol TLSDecodable {
    init(from reader: inout TLSReader) throws(TLSDecodingError)
}

/// A structure of RFC 9420 that can be encoded.
package protocol TLSEncodable {
    func encode(to writer: inout TLSWriter)
}

package typealias TLSCodable = TLSDecodable & TLSEncodable

extension TLSDecodable {
    /// Decodes the structure from `bytes`, all of which must be used.
    package init(decoding bytes: [UInt8]) throws(TLSDecodingError) {
        var reader = TLSReader(bytes)
        try self.init(from: &reader)
        try reader.finish()
    }
}

extension TLSEncodable {
    package var encoded: [UInt8] { TLSWriter.bytes { encode(to: &$0) } }
}
