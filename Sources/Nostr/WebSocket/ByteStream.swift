/// A connected, ordered stream of bytes.
package protocol ByteStream: Sendable {
    /// Some bytes, at most `maximum`; empty at the end of the stream.
    func read(maximum: Int) async throws -> [UInt8]
    /// Returns when all bytes are handed to the system. One caller at a time.
    func write(_ bytes: [UInt8]) async throws
    /// Ends both directions; a pending `read` returns.
    func close() async
}
