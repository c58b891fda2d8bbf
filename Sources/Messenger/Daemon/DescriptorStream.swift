import Dispatch
import Foundation
import Nostr
import Synchronization

/// Two descriptors of any kind as one stream: pipes of a child, or the standard ones, which others may share, so that their modes stay as
/// they are. Reading and writing block a queue of their own each.
package final class DescriptorStream: ByteStream {
    private let input: Int32
    private let output: Int32
    private let reading = DispatchQueue(label: "pikachat.daemon.reading")
    private let writing = DispatchQueue(label: "pikachat.daemon.writing")
    private let isClosing: Bool

    /// - Parameter isClosing: whether the descriptors are ours to close: `output` with `close`, `input` when nobody uses it any more.
    package init(input: Int32, output: Int32, isClosing: Bool) {
        (self.input, self.output, self.isClosing) = (input, output, isClosing)
    }

    deinit { if isClosing { Foundation.close(input) } }

    /// A cancelled task gets an empty array at once; what comes afterwards is lost with it.
    package func read(maximum: Int) async throws -> [UInt8] {
        let (results, continuation) = AsyncStream<Result<[UInt8], SocketError>>.makeStream()
        reading.async { [self] in
            var bytes = [UInt8](repeating: 0, count: maximum)
            var count: Int
            repeat { count = Foundation.read(input, &bytes, maximum) } while count < 0 && errno == EINTR
            let result: Result<[UInt8], SocketError> =
                count < 0 ? .failure(.last("reading")) : .success(Array(bytes.prefix(count)))
            continuation.yield(result)
            continuation.finish()
        }
        for await result in results { return try result.get() }
        return []
    }

    package func write(_ bytes: [UInt8]) async throws {
        let (results, continuation) = AsyncStream<SocketError?>.makeStream()
        writing.async { [self] in
            var (offset, failure): (Int, SocketError?) = (0, nil)
            while offset < bytes.count, failure == nil {
                let count = bytes.withUnsafeBytes {
                    Foundation.write(output, $0.baseAddress.map { $0 + offset }, $0.count - offset)
                }
                if count >= 0 {
                    offset += count
                } else if errno != EINTR {
                    failure = .last("writing")
                }
            }
            continuation.yield(failure)
            continuation.finish()
        }
        for await failure in results {
            if let failure { throw failure }
            return
        }
        throw CancellationError()
    }

    /// The reader at the other end sees the end of its input.
    package func close() async {
        guard isClosing else { return }
        let (done, continuation) = AsyncStream<Void>.makeStream()
        writing.async { [self] in
            Foundation.close(output)
            continuation.finish()
        }
        for await _ in done {}
    }
}
