import Foundation

/// A program run to its end, for tests.
package enum Program {
    /// - Parameter arguments: the program's path, then its arguments.
    /// - Returns: status, stdout, stderr.
    package static func run(
        _ arguments: [String], stdin: String = "", environment: [String: String]
    ) async throws -> (status: Int32, output: String, error: String) {
        let (input, output, error) = (try Spawned.pipe(), try Spawned.pipe(), try Spawned.pipe())
        let spawned = try Spawned(
            ["/usr/bin/env"] + arguments, environment: environment,
            descriptors: (input.read, output.write, error.write))
        for end in [input.read, output.write, error.write] { close(end) }
        let bytes = Array(stdin.utf8)
        // Small enough for the pipe's buffer: this does not block.
        _ = bytes.withUnsafeBytes { write(input.write, $0.baseAddress, $0.count) }
        close(input.write)
        async let outputText = text(output.read)
        async let errorText = text(error.read)
        return (await spawned.exitStatus() ?? -1, await outputText, await errorText)
    }

    private static func text(_ descriptor: Int32) async -> String {
        let (stream, continuation) = AsyncStream<[UInt8]>.makeStream()
        Spawned.follow(descriptor) { bytes, isEnd in
            continuation.yield(bytes)
            if isEnd { continuation.finish() }
        }
        var all: [UInt8] = []
        for await bytes in stream { all += bytes }
        return String(decoding: all, as: UTF8.self)
    }
}
