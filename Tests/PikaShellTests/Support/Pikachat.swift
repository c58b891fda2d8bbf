import Foundation
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

    /// Runs to the end; a process that hangs is killed after `limit` and shows status -1.
    static func run(
        _ arguments: [String], stdin: String = "", environment extra: [String: String] = [:],
        state: TemporaryDirectory = TemporaryDirectory(), limit: Duration = .seconds(60)
    ) async throws -> Result {
        let started = try start(arguments, stdin: stdin, environment: extra, state: state)
        return await started.finish(limit: limit)
    }

    static func start(
        _ arguments: [String], stdin: String? = "", environment extra: [String: String] = [:],
        state: TemporaryDirectory = TemporaryDirectory()
    ) throws -> Running {
        try Running(arguments, stdin: stdin, environment: environment(extra, state: state), state: state)
    }

    /// A process under way; output is collected as it comes.
    final class Running: @unchecked Sendable {
        // The process and its pipes are used by one test; the collectors have their own synchronisation.
        let process = Process()
        private let state: TemporaryDirectory
        private let output = Collector()
        private let error = Collector()
        private let input = Pipe()

        init(_ arguments: [String], stdin: String?, environment: [String: String], state: TemporaryDirectory)
            throws
        {
            self.state = state
            process.executableURL = URL(fileURLWithPath: Pikachat.path)
            process.arguments = arguments
            process.environment = environment
            process.currentDirectoryURL = URL(fileURLWithPath: state.path)
            let (out, err) = (Pipe(), Pipe())
            process.standardOutput = out
            process.standardError = err
            process.standardInput = input
            try process.run()
            output.follow(out.fileHandleForReading)
            error.follow(err.fileHandleForReading)
            if let stdin {
                try input.fileHandleForWriting.write(contentsOf: Data(stdin.utf8))
                try input.fileHandleForWriting.close()
            }
        }

        var outputSoFar: String { output.text }
        var errorSoFar: String { error.text }

        /// Returns when stdout (or stderr) contains `text`.
        func waitFor(_ text: String, onError: Bool = false, limit: Duration = .seconds(20)) async -> Bool {
            await (onError ? error : output).wait(for: text, limit: limit)
        }

        func signal(_ number: Int32) { kill(process.processIdentifier, number) }

        func finish(limit: Duration = .seconds(60)) async -> Result {
            let ended = await output.waitForEnd(limit: limit)
            if !ended { kill(process.processIdentifier, SIGKILL) }
            _ = await error.waitForEnd(limit: .seconds(5))
            await withCheckedContinuation { continuation in
                DispatchQueue.global().async { [process] in
                    process.waitUntilExit()
                    continuation.resume()
                }
            }
            let status =
                process.terminationReason == .exit
                ? process.terminationStatus : 128 + process.terminationStatus
            return Result(status: ended ? status : -1, output: output.text, error: error.text)
        }
    }
}
