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

    /// Connects to whichever address of `host` accepts first (RFC 8305): one that leads nowhere holds up nothing. The caller is responsible
    /// for a timeout.
    package static func connect(
        host: String, port: UInt16, clock: any Clock<Duration> = ContinuousClock()
    ) async throws -> SocketStream {
        try await connect(host: host, port: port, clock: clock) {
            try await SocketAddress.resolve(host: host, port: port)
        }
    }

    /// - Parameter resolve: finds the host's addresses, the best one first.
    static func connect(
        host: String, port: UInt16, clock: any Clock<Duration>,
        resolving resolve: () async throws -> [SocketAddress]
    ) async throws -> SocketStream {
        let race = AddressRace(
            addresses: SocketAddress.interleaved(try await resolve()), clock: clock,
            attempt: SocketStream.connect(to:))
        do {
            return try await race.run()
        } catch let loss as AddressRace<SocketAddress, SocketStream>.Lost {
            guard !loss.failures.isEmpty else {
                throw SocketError.unresolvable(host: host, "no address")
            }
            throw SocketError.unreachable(host: host, port: port, describe(loss.failures))
        }
    }

    /// What was wrong with each address; said once where it was the same with all.
    private static func describe(_ failures: [(address: SocketAddress, error: any Error)]) -> String {
        let reasons = failures.map { failure -> String in
            if case .system(_, let why)? = failure.error as? SocketError { return why }
            return "\(failure.error)"
        }
        guard let first = reasons.first, reasons.contains(where: { $0 != first }) else {
            return reasons.first ?? ""
        }
        return zip(failures, reasons).map { "\($0.address): \($1)" }.joined(separator: "; ")
    }

    private static func connect(to address: SocketAddress) async throws -> SocketStream {
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
            guard errno == EINPROGRESS else { throw SocketError.last("connecting") }
            try await descriptor.waitUntilWritable()
            var failure: Int32 = 0
            var size = socklen_t(MemoryLayout<Int32>.size)
            getsockopt(number, SOL_SOCKET, SO_ERROR, &failure, &size)
            guard failure == 0 else {
                throw SocketError.system(operation: "connecting", String(cString: strerror(failure)))
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
