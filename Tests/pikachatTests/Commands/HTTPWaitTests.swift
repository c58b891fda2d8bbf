import Foundation
import Mocks
import TestSupport
import Testing

@Suite("waiting for an HTTP answer", .serialized)
struct HTTPWaitTests {
    @Test("costs next to no processor time, and ends at its limit")
    func idle() async throws {
        let server = try LoopbackServer()
        await server.start { stream in
            // Everything is read, and nothing is answered.
            while let bytes = try? await stream.read(maximum: 65_536), !bytes.isEmpty {}
        }
        let command = "http get http://127.0.0.1:\(server.port)/ timeout=3s"
        let state = TemporaryDirectory()
        let result = try await Program.run(
            [
                "/bin/bash", "-c", #"TIMEFORMAT="cpu %3U %3S"; time "$0" shell -c "$1""#, Pikachat.path,
                command,
            ], environment: Pikachat.environment(state: state))
        await server.stop()
        let numbers = result.error.matches(of: /cpu ([0-9.]+) ([0-9.]+)/).last
        let seconds = numbers.flatMap { match in
            Double(match.1).flatMap { user in Double(match.2).map { user + $0 } }
        }
        #expect(result.error.contains("timeout=3s"), "\(result.error)")
        // URLSession took more than two seconds of the three.
        #expect(try #require(seconds, "\(result.error)") < 1)
    }
}
