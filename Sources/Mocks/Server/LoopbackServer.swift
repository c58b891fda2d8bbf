import Foundation
import Nostr
import Synchronization

/// A TCP server on 127.0.0.1 with one task per connection; `stop()` ends all of them.
package actor LoopbackServer {
    package typealias Handler = @Sendable (any ByteStream) async -> Void

    /// The port that was bound.
    package nonisolated let port: UInt16
    private let listener: FileDescriptor
    private var accepting: Task<Void, Never>?

    /// Binds the port immediately, so that a port already in use is reported here.
    ///
    /// - Parameter port: 0 uses any free port.
    /// - Throws: `SocketError` when the port cannot be bound.
    package init(port: UInt16 = 0) throws {
        let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw SocketError.last("socket") }
        listener = FileDescriptor(number)
        var on: Int32 = 1
        setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(number, $0, size) }
        }
        guard bound == 0 else { throw SocketError.last("listening on 127.0.0.1:\(port)") }
        guard listen(number, 512) == 0 else { throw SocketError.last("listen") }
        _ = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(number, $0, &size) }
        }
        self.port = UInt16(bigEndian: address.sin_port)
    }

    package func start(_ handle: @escaping Handler) {
        let listener = listener
        let (served, limit) = (Served(), Self.connectionLimit())
        accepting = Task {
            await withDiscardingTaskGroup { group in
                while !Task.isCancelled {
                    guard served.count < limit else {
                        // Whoever closes makes room again; until then the others wait to be accepted.
                        try? await Task.sleep(for: .milliseconds(50))
                        continue
                    }
                    let number = accept(listener.number, nil, nil)
                    if number >= 0 {
                        let stream = SocketStream(FileDescriptor(number))
                        served.change(by: 1)
                        group.addTask {
                            await handle(stream)
                            await stream.close()
                            served.change(by: -1)
                        }
                    } else if errno == EAGAIN || errno == EINTR || errno == ECONNABORTED {
                        // Only cancellation makes the wait throw, and the loop condition checks for that.
                        try? await listener.waitUntilReadable()
                    } else if [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(errno) {
                        // Somebody opened too many: those who close make room again.
                        try? await Task.sleep(for: .milliseconds(50))
                    } else {
                        break
                    }
                }
                group.cancelAll()
            }
        }
    }

    /// Descriptors must be left for everything else: without one, Dispatch ends the process.
    private static func connectionLimit() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 256 }
        return max(8, Int(min(limit.rlim_cur, 4096)) - 40)
    }

    /// How many connections are open.
    private final class Served: Sendable {
        private let number = Mutex(0)
        var count: Int { number.withLock { $0 } }
        func change(by step: Int) { number.withLock { $0 += step } }
    }

    package func stop() async {
        accepting?.cancel()
        await accepting?.value
        accepting = nil
    }
}
