import Foundation
import Vocabulary

/// A TCP connection.
package final class SocketStream: ByteStream {
    private let descriptor: FileDescriptor
    private let patience: Patience?

    /// How long writing waits for a peer that takes nothing at all.
    private struct Patience: Sendable {
        let limit: Duration
        let clock: any Clock<Duration>
    }

    package convenience init(_ descriptor: FileDescriptor) { self.init(descriptor, patience: nil) }

    private init(_ descriptor: FileDescriptor, patience: Patience?) {
        self.descriptor = descriptor
        self.patience = patience
    }

    /// Takes ownership of a connection that a server has accepted.
    ///
    /// - Parameter patience: a peer may read as slowly as it likes, but writing fails when it has taken not a
    ///   byte for that long.
    package convenience init(
        accepted number: Int32, patience: Duration, clock: any Clock<Duration> = ContinuousClock()
    ) {
        // Messages are written whole: to hold a part back until the peer has acknowledged the one before
        // (RFC 896) wins nothing, and costs 40 ms an exchange.
        var on: Int32 = 1
        setsockopt(number, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        self.init(FileDescriptor(number), patience: Patience(limit: patience, clock: clock))
    }

    /// How long one address is tried before the next one is tried beside it (RFC 8305 section 5).
    static let attemptDelay: Duration = .milliseconds(250)

    private enum Attempt {
        case connected(SocketStream)
        case failed(SocketError)
        /// It is time to try the next address as well.
        case isSlow
    }

    /// Connects to whichever address of `host` accepts first (RFC 8305): one that leads nowhere holds up nothing. The caller is responsible
    /// for a timeout.
    package static func connect(
        host: String, port: UInt16, clock: any Clock<Duration> = ContinuousClock()
    ) async throws -> SocketStream {
        var addresses = interleaved(try await resolve(host: host, port: port))[...]
        var failure = SocketError.unresolvable(host: host, "no address")
        return try await withThrowingTaskGroup(of: Attempt.self) { group in
            /// Attempts that have not ended.
            var pending = 0
            func tryNext() {
                guard let address = addresses.popFirst() else { return }
                pending += 1
                group.addTask {
                    do {
                        return .connected(try await connect(to: address, host: host, port: port))
                    } catch let error as SocketError { return .failed(error) }
                }
                guard !addresses.isEmpty else { return }
                group.addTask {
                    try await clock.sleep(for: attemptDelay)
                    return .isSlow
                }
            }
            defer { group.cancelAll() }
            tryNext()
            while pending > 0, let attempt = try await group.next() {
                switch attempt {
                // Those that connect too late close with their descriptor.
                case .connected(let stream): return stream
                case .failed(let error):
                    failure = error
                    pending -= 1
                    tryNext()
                case .isSlow: tryNext()
                }
            }
            throw failure
        }
    }

    /// The families take turns, beginning with that of the first address (RFC 8305 section 4).
    private static func interleaved(_ addresses: [Address]) -> [Address] {
        let first = addresses.filter { $0.family == addresses.first?.family }
        let others = addresses.filter { $0.family != addresses.first?.family }
        return (0..<max(first.count, others.count)).flatMap { index in
            [first, others].compactMap { index < $0.count ? $0[index] : nil }
        }
    }

    private struct Address: Sendable {
        let family: Int32
        let bytes: [UInt8]
    }

    /// `getaddrinfo` blocks, so it runs on a separate thread. If the caller has been cancelled by then, the
    /// result is dropped.
    private static func resolve(host: String, port: UInt16) async throws -> [Address] {
        let (stream, continuation) = AsyncStream<Result<[Address], SocketError>>.makeStream()
        let thread = Thread {
            continuation.yield(Result { () throws(SocketError) in try lookUp(host, port) })
            continuation.finish()
        }
        thread.start()
        for await result in stream { return try result.get() }
        throw CancellationError()
    }

    private static func lookUp(_ host: String, _ port: UInt16) throws(SocketError) -> [Address] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let result = getaddrinfo(host, "\(port)", &hints, &list)
        defer { if let list { freeaddrinfo(list) } }
        guard result == 0 else { throw .unresolvable(host: host, String(cString: gai_strerror(result))) }
        var addresses: [Address] = []
        var next = list
        while let entry = next?.pointee {
            let bytes = UnsafeRawBufferPointer(start: entry.ai_addr, count: Int(entry.ai_addrlen))
            addresses.append(Address(family: entry.ai_family, bytes: Array(bytes)))
            next = entry.ai_next
        }
        return addresses
    }

    private static func connect(to address: Address, host: String, port: UInt16) async throws -> SocketStream
    {
        let number = socket(address.family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw SocketError.last("socket") }
        let descriptor = FileDescriptor(number)
        var on: Int32 = 1
        setsockopt(number, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        let result = address.bytes.withUnsafeBytes { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) {
                Foundation.connect(number, $0.baseAddress, socklen_t(bytes.count))
            }
        }
        if result != 0 {
            guard errno == EINPROGRESS else {
                throw SocketError.unreachable(host: host, port: port, String(cString: strerror(errno)))
            }
            try await descriptor.waitUntilWritable()
            var failure: Int32 = 0
            var size = socklen_t(MemoryLayout<Int32>.size)
            getsockopt(number, SOL_SOCKET, SO_ERROR, &failure, &size)
            guard failure == 0 else {
                throw SocketError.unreachable(host: host, port: port, String(cString: strerror(failure)))
            }
        }
        return SocketStream(descriptor)
    }

    package func read(maximum: Int) async throws -> [UInt8] {
        while true {
            var failure: Int32 = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: maximum) { buffer, filled in
                let count = recv(descriptor.number, buffer.baseAddress, maximum, 0)
                failure = count < 0 ? errno : 0
                filled = max(count, 0)
            }
            switch failure {
            case 0: return bytes
            case EAGAIN: try await descriptor.waitUntilReadable()
            case EINTR: continue
            default:
                throw SocketError.system(operation: "reading", String(cString: strerror(failure)))
            }
        }
    }

    package func write(_ bytes: [UInt8]) async throws {
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes {
                send(
                    descriptor.number, $0.baseAddress.map { $0 + offset }, $0.count - offset,
                    Int32(MSG_NOSIGNAL))
            }
            if count >= 0 {
                offset += count
                continue
            }
            switch errno {
            case EAGAIN: try await waitUntilTaken()
            case EINTR: continue
            default: throw SocketError.last("writing")
            }
        }
    }

    private func waitUntilTaken() async throws {
        guard let patience else { return try await descriptor.waitUntilWritable() }
        let descriptor = descriptor
        var waiting = unacknowledgedBytes
        while true {
            do {
                return try await withDeadline(patience.limit, clock: patience.clock) {
                    try await descriptor.waitUntilWritable()
                }
            } catch let deadline as DeadlineExceeded {
                // A slow peer takes a little long before the system wants to have more from us.
                let now = unacknowledgedBytes
                guard now < waiting else {
                    throw SocketError.system(
                        operation: "writing", "the peer took nothing for \(deadline.limit.inSeconds)")
                }
                waiting = now
            }
        }
    }

    /// How much the peer has still to take of what the system has taken from us.
    private var unacknowledgedBytes: Int32 {
        var count: Int32 = 0
        return ioctl(descriptor.number, UInt(TIOCOUTQ), &count) == 0 ? count : 0
    }

    package func close() async { shutdown(descriptor.number, Int32(SHUT_RDWR)) }
}
