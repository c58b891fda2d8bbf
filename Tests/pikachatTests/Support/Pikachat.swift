import Vocabulary
import Foundation
import Nostr
import TestSupport

/// The built binary, run as a user would.
enum Pikachat {
    struct Result: Sendable {
        let status: Int32
        let output: String
        let error: String
    }

    /// Beside the test bundle.
    static let path: String = {
        if let path = ProcessInfo.processInfo.environment["PIKACHAT_BINARY"] { return path }
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") || $0.contains(".xctest/") }
        let directory = bundle.map { URL(fileURLWithPath: $0).deletingLastPathComponent().path }
        let beside = directory.map { $0 + "/pikachat" }
        if let beside, FileManager.default.isExecutableFile(atPath: beside) { return beside }
        return Vectors.repositoryRoot.appendingPathComponent(".build/debug/pikachat").path
    }()

    /// A clean environment: nothing of the developer's settings gets in.
    static func environment(_ extra: [String: String] = [:], state: TemporaryDirectory) -> [String: String] {
        var environment = [
            "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "HOME": state.path,
            "XDG_STATE_HOME": state.path, "LANG": "C.UTF-8", "TMPDIR": state.path,
        ]
        for name in ["PIKA_PEER", "PIKA_PEER_HOME"] {
            environment[name] = ProcessInfo.processInfo.environment[name]
        }
        return environment.merging(extra) { $1 }
    }

    /// Runs to the end, a few at a time; a process that hangs is killed after `limit` and shows status -1.
    static func run(
        _ arguments: [String], stdin: String = "", environment extra: [String: String] = [:],
        state: TemporaryDirectory = TemporaryDirectory(), limit: Duration = .seconds(60)
    ) async throws -> Result {
        try await Gate.processes.pass {
            try await start(arguments, stdin: stdin, environment: extra, state: state).finish(limit: limit)
        }
    }

    static func start(
        _ arguments: [String], stdin: String? = "", environment extra: [String: String] = [:],
        state: TemporaryDirectory = TemporaryDirectory()
    ) throws -> Running {
        try Running(arguments, stdin: stdin, environment: environment(extra, state: state), state: state)
    }

    /// A process under way; output is collected as it comes.
    final class Running: Sendable {
        private let spawned: Spawned
        private let state: TemporaryDirectory
        private let output = Collector()
        private let error = Collector()
        /// Held open while there is no end of input.
        private let input: Int32

        init(
            _ arguments: [String], program: String = Pikachat.path, stdin: String?,
            environment: [String: String], state: TemporaryDirectory
        ) throws {
            self.state = state
            let (input, output, error) = (try Spawned.pipe(), try Spawned.pipe(), try Spawned.pipe())
            spawned = try Spawned(
                [program] + arguments, environment: environment, directory: state.path,
                descriptors: (input.read, output.write, error.write))
            for end in [input.read, output.write, error.write] { close(end) }
            let (outputText, errorText) = (self.output, self.error)
            Spawned.follow(output.read) { outputText.add($0, isEnd: $1) }
            Spawned.follow(error.read) { errorText.add($0, isEnd: $1) }
            self.input = stdin == nil ? input.write : -1
            if let stdin {
                let bytes = Array(stdin.utf8)
                _ = bytes.withUnsafeBytes { write(input.write, $0.baseAddress, $0.count) }
                close(input.write)
            }
        }

        deinit { if input >= 0 { close(input) } }

        var processID: Int32 { spawned.processID }
        var outputSoFar: String { output.text }
        var errorSoFar: String { error.text }

        /// Returns when stdout (or stderr) contains `text`.
        func waitFor(_ text: String, onError: Bool = false, limit: Duration = .seconds(20)) async -> Bool {
            await (onError ? error : output).wait(for: text, limit: limit)
        }

        func signal(_ number: Int32) { spawned.signal(number) }

        func finish(limit: Duration = .seconds(60)) async -> Result {
            let spawned = spawned
            let status = try? await withDeadline(limit, clock: ContinuousClock()) {
                await spawned.exitStatus()
            }
            if status == nil { spawned.signal(SIGKILL) }
            _ = await output.waitForEnd(limit: .seconds(5))
            _ = await error.waitForEnd(limit: .seconds(5))
            return Result(status: (status ?? nil) ?? -1, output: output.text, error: error.text)
        }
    }
}
