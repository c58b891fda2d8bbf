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
    func noDelay() async throws {
        let server = try LoopbackServer()
        await server.start { stream in
            do {
                // The second of two writes is what waits for an acknowledgement otherwise, up to 40 ms.
                while try await !stream.read(maximum: 10).isEmpty {
                    try await stream.write([1])
                    try await stream.write([2])
                }
            } catch {
                // The client went away; what counts was counted.
            }
        }
        let client = try await SocketStream.connect(host: "127.0.0.1", port: server.port)
        let clock = ContinuousClock()
        var fastest = Duration.seconds(60)
        for _ in 0..<10 {
            let start = clock.now
            try await client.write([0])
            var count = 0
            while count < 2 { count += try await client.read(maximum: 10).count }
            fastest = min(fastest, clock.now - start)
        }
        #expect(fastest < .milliseconds(30))
        await client.close()
        await server.stop()
    }
}
