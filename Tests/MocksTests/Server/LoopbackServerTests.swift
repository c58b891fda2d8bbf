import Foundation
import Nostr
import TestSupport
import Testing
import Vocabulary

@testable import Mocks

@Suite("LoopbackServer")
struct LoopbackServerTests {
    @Test("a client that takes not a byte for a minute is cut off")
    func patience() async throws {
        let clock = ManualClock()
        let server = try LoopbackServer(patience: .seconds(60), clock: clock)
        let (outcomes, outcome) = AsyncStream<String>.makeStream()
        await server.start { stream in
            do {
                try await stream.write([UInt8](repeating: 0, count: 32 << 20))
                outcome.yield("written")
            } catch {
                outcome.yield("\(error)")
            }
        }
        let client = try await SocketStream.connect(host: "127.0.0.1", port: server.port)
        // The first minutes may find that the system has still taken something.
        let minutes = Task {
            while !Task.isCancelled {
                await clock.pause(of: .seconds(60))
                clock.advance(by: .seconds(60))
            }
        }
        try await withDeadline(.seconds(60), clock: ContinuousClock()) {
            for await text in outcomes {
                #expect(text.contains("took nothing"), "\(text)")
                break
            }
        }
        minutes.cancel()
        await client.close()
        await server.stop()
    }

    @Test("its port is free when it is stopped, whoever has inherited the descriptor for a moment")
    func portIsFree() async throws {
        var server: LoopbackServer? = try LoopbackServer()
        let port = try #require(server?.port)
        // As a program has it that another thread is just starting.
        let copy = try #require(
            (3..<1024).first { Self.isListening(Int32($0), at: port) }.map { dup(Int32($0)) })
        defer { close(copy) }
        await server?.start { _ in }
        await server?.stop()
        server = nil
        await (try LoopbackServer(port: port)).stop()
    }

    private static func isListening(_ descriptor: Int32, at port: UInt16) -> Bool {
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isSocket = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) == 0 }
        }
        var (accepts, length): (Int32, socklen_t) = (0, 4)
        getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &accepts, &length)
        return isSocket && accepts == 1 && address.sin_port == port.bigEndian
    }

    @Test("small messages are not held back until the last one is acknowledged")
    func noDelay() throws {
        let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let stream = SocketStream(accepted: number, patience: .seconds(60))
        var (isOn, size) = (Int32(0), socklen_t(MemoryLayout<Int32>.size))
        #expect(getsockopt(number, Int32(IPPROTO_TCP), TCP_NODELAY, &isOn, &size) == 0)
        #expect(isOn == 1)
        withExtendedLifetime(stream) {}
    }
}
