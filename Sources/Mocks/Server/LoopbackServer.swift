import Foundation
import Nostr

/// A TCP server on 127.0.0.1 with one task per connection; `stop()` ends all of them.
package actor LoopbackServer {
    package typealias Handler = @Sendable (any ByteStream) async -> Void

    /// The port that was bound.
    package nonisolated let port: UInt16
    private let listener: FileDescriptor
    private let patience: Duration
    private let clock: any Clock<Duration>
    private static let pause = Duration.milliseconds(20)
    private var accepting: Task<Void, Never>?

    /// Binds the port immediately, so that a port already in use is reported here.
    ///
    /// - Parameters:
    ///   - port: 0 uses any free port.
    ///   - patience: a client that has taken nothing for so long of what is written to it is cut off.
    /// - Throws: `SocketError` when the port cannot be bound.
    package init(
        port: UInt16 = 0, patience: Duration = .seconds(60), clock: any Clock<Duration> = ContinuousClock()
    ) throws {
        self.patience = patience
        self.clock = clock
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
        let (listener, patience, clock) = (listener, patience, clock)
        accepting = Task {
            await withDiscardingTaskGroup { group in
                // The timer of pauses takes a descriptor when it is first used, and the process does not
                // survive it when there is none (libdispatch). This pause takes it while there are some; it
                // ends with the server.
                group.addTask { try? await ContinuousClock().sleep(for: .seconds(1_000_000_000)) }
                while !Task.isCancelled {
                    let number = accept(listener.number, nil, nil)
                    if number >= 0 {
                        let stream = SocketStream(accepted: number, patience: patience, clock: clock)
                        group.addTask {
                            await handle(stream)
                            await stream.close()
                        }
                        continue
                    }
                    // Only cancellation makes a wait throw, and the loop condition checks for that.
                    switch errno {
                    case EAGAIN: try? await listener.waitUntilReadable()
                    case EINTR, ECONNABORTED: continue
                    case EBADF, EINVAL, ENOTSOCK, EOPNOTSUPP:
                        // There is no listening socket any more.
                        return group.cancelAll()
                    default:
                        // No descriptors or no memory (EMFILE, ENFILE, ENOBUFS): new connections wait in the
                        // system's queue until some are free again, here or elsewhere in the process.
                        try? await ContinuousClock().sleep(for: Self.pause)
                    }
                }
                group.cancelAll()
            }
        }
    }

    package func stop() async {
        accepting?.cancel()
        await accepting?.value
        accepting = nil
        // The port is free at once: to close the descriptor is not enough while a program that another thread is starting has a copy.
        shutdown(listener.number, Int32(SHUT_RDWR))
    }
}
