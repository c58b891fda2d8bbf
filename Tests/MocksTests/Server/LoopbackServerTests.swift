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
