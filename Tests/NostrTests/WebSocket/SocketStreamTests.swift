import Foundation
import Mocks
import TestSupport
import Testing

@testable import Nostr

@Suite("SocketStream over real sockets", .timeLimit(.minutes(4)))
struct SocketStreamTests {
    /// A listening socket whose queue is full: the system answers nobody who wants to connect.
    private final class FullQueue: Sendable {
        let address: SocketAddress
        private let sockets: [FileDescriptor]

        init() throws {
            let listener = FileDescriptor(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
            var name = sockaddr_in()
            name.sin_family = sa_family_t(AF_INET)
            name.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            var size = socklen_t(MemoryLayout<sockaddr_in>.size)
            let bytes = try withUnsafeMutablePointer(to: &name) { name in
                try name.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                    guard bind(listener.number, name, size) == 0, listen(listener.number, 0) == 0,
                        getsockname(listener.number, name, &size) == 0
                    else { throw SocketError.last("listen") }
                    return Array(UnsafeRawBufferPointer(start: name, count: Int(size)))
                }
            }
            address = SocketAddress(family: AF_INET, bytes: bytes)
            var sockets = [listener]
            for _ in 0..<4 {
                let client = FileDescriptor(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
                _ = bytes.withUnsafeBytes { bytes in
                    bytes.withMemoryRebound(to: sockaddr.self) {
                        connect(client.number, $0.baseAddress, socklen_t(bytes.count))
                    }
                }
                sockets.append(client)
            }
            self.sockets = sockets
        }
    }

    private func addresses(of port: UInt16) async throws -> [SocketAddress] {
        try await SocketAddress.resolve(host: "127.0.0.1", port: port)
    }

    @Test("a first address that answers nobody costs its head start, and the second is taken")
    func blackHole() async throws {
        let server = try LoopbackServer()
        await server.start { stream in try? await stream.write([1, 2, 3]) }
        let (clock, hole) = (ManualClock(), try FullQueue())
        let good = try await addresses(of: server.port)
        let connecting = Task {
            try await SocketStream.connect(host: "two.example", port: 1, clock: clock) {
                [hole.address] + good
            }
        }
        await clock.pause(of: .milliseconds(250), orUpTo: .milliseconds(250))
        clock.advance(by: .milliseconds(250))
        #expect(try await connecting.value.read(maximum: 3) == [1, 2, 3])
        await server.stop()
    }

    @Test("a host without any address that works: each is named with what is wrong with it")
    func allFail() async throws {
        let closed = try await addresses(of: 1)
        // A family that sockets do not have.
        let odd = SocketAddress(family: AF_INET6, bytes: closed[0].bytes)
        for (addresses, text) in [
            (closed, "Connection refused"), (closed + closed, "Connection refused"),
            (closed + [odd], "127.0.0.1: Connection refused; "),
        ] {
            let error = await #expect(throws: SocketError.self) {
                try await SocketStream.connect(host: "two.example", port: 7, clock: ManualClock()) {
                    addresses
                }
            }
            let prefix = "cannot connect to two.example port 7: \(text)"
            #expect("\(try #require(error))".hasPrefix(prefix), "\(error.map { "\($0)" } ?? "")")
        }
        await #expect(throws: SocketError.unresolvable(host: "none.example", "no address")) {
            try await SocketStream.connect(host: "none.example", port: 7, clock: ManualClock()) { [] }
        }
    }

    @Test("who loses the race is closed: its server reads the end")
    func loser() async throws {
        let server = try LoopbackServer()
        let ends = AsyncStream<[UInt8]>.makeStream()
        await server.start { stream in
            ends.continuation.yield((try? await stream.read(maximum: 1)) ?? [0xff])
        }
        let target = try await addresses(of: server.port)
        // Both connect, and the first one is told late.
        let never = AsyncStream<Void>.makeStream()
        let clock = ManualClock()
        let race = AddressRace(addresses: [0, 1], clock: clock) { number in
            let stream = try await SocketStream.connect(host: "x", port: 1, clock: clock) { target }
            // Until it is cancelled; it is connected all the same.
            if number == 0 { for await _ in never.stream {} }
            return (number, stream)
        }
        let work = Task { try await race.run() }
        await clock.pause(of: .milliseconds(250), orUpTo: .milliseconds(250))
        clock.advance(by: .milliseconds(250))
        let winner = try await work.value
        #expect(winner.0 == 1)
        for await end in ends.stream {
            #expect(end.isEmpty)
            break
        }
        await winner.1.close()
        never.continuation.finish()
        await server.stop()
    }

    @Test("the families take turns, beginning with the first address's")
    func interleaving() {
        func address(_ family: Int32, _ number: UInt8) -> SocketAddress {
            SocketAddress(family: family, bytes: [number])
        }
        let (six, four) = (AF_INET6, AF_INET)
        let mixed = SocketAddress.interleaved([
            address(six, 1), address(six, 2), address(six, 3), address(four, 4), address(four, 5),
        ])
        #expect(mixed.map { $0.bytes[0] } == [1, 4, 2, 5, 3])
        #expect(
            SocketAddress.interleaved([address(four, 1), address(six, 2)]).map { $0.bytes[0] } == [1, 2])
        #expect(SocketAddress.interleaved([]).isEmpty)
    }

    @Test("an address in digits, whatever its family")
    func digits() async throws {
        #expect(try await addresses(of: 80).map(\.description) == ["127.0.0.1"])
        #expect(try await SocketAddress.resolve(host: "::1", port: 80).map(\.description) == ["::1"])
    }

    @Test("a name that nobody knows is told as that")
    func unknown() async {
        let error = await #expect(throws: SocketError.self) {
            try await SocketStream.connect(host: "no such name", port: 80)
        }
        guard case .unresolvable("no such name", _)? = error else {
            Issue.record("\(error.map { "\($0)" } ?? "")")
            return
        }
    }
}
