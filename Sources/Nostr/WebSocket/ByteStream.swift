/// A connected, ordered stream of bytes.
package protocol ByteStream: Sendable {
    /// Reads at least one and at most `maximum` bytes; returns an empty array at the end of the stream.
    func read(maximum: Int) async throws -> [UInt8]
    /// Returns once all bytes have been passed to the system. Must not be called concurrently.
    func write(_ bytes: [UInt8]) async throws
    /// Closes both directions; a pending `read` returns.
    func close() async
}
