import Foundation

/// An address to connect to, as the system writes it.
struct SocketAddress: Equatable, Sendable, CustomStringConvertible {
    let family: Int32
    let bytes: [UInt8]

    /// `getaddrinfo` blocks, so it runs on a separate thread. If the caller has been cancelled by then, the
    /// result is dropped.
    static func resolve(host: String, port: UInt16) async throws -> [SocketAddress] {
        let (stream, continuation) = AsyncStream<Result<[SocketAddress], SocketError>>.makeStream()
        let thread = Thread {
            continuation.yield(Result { () throws(SocketError) in try lookUp(host, port) })
            continuation.finish()
        }
        thread.start()
        for await result in stream { return try result.get() }
        throw CancellationError()
    }

    private static func lookUp(_ host: String, _ port: UInt16) throws(SocketError) -> [SocketAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let result = getaddrinfo(host, "\(port)", &hints, &list)
        defer { if let list { freeaddrinfo(list) } }
        guard result == 0 else { throw .unresolvable(host: host, String(cString: gai_strerror(result))) }
        var addresses: [SocketAddress] = []
        var next = list
        while let entry = next?.pointee {
            let bytes = UnsafeRawBufferPointer(start: entry.ai_addr, count: Int(entry.ai_addrlen))
            addresses.append(SocketAddress(family: entry.ai_family, bytes: Array(bytes)))
            next = entry.ai_next
        }
        return addresses
    }

    /// The families take turns, beginning with that of the first address (RFC 8305 section 4).
    static func interleaved(_ addresses: [SocketAddress]) -> [SocketAddress] {
        let first = addresses.filter { $0.family == addresses.first?.family }
        let others = addresses.filter { $0.family != addresses.first?.family }
        return (0..<max(first.count, others.count)).flatMap { index in
            [first, others].compactMap { index < $0.count ? $0[index] : nil }
        }
    }

    /// In digits, without the port.
    var description: String {
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let result = bytes.withUnsafeBytes { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) {
                getnameinfo(
                    $0.baseAddress, socklen_t(bytes.count), &text, socklen_t(text.count), nil, 0,
                    NI_NUMERICHOST)
            }
        }
        guard result == 0 else { return "an address" }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
    }
}
