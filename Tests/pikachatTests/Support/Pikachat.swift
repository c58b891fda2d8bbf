import Foundation
import TestSupport

/// The built binary, run as a user would.
enum Pikachat {
    typealias Result = RunningProgram.Result

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
        state: TemporaryDirectory = TemporaryDirectory(), limit: Duration = .seconds(120)
    ) async throws -> Result {
        try await Gate.processes.pass {
            try await start(arguments, stdin: stdin, environment: extra, state: state).finish(limit: limit)
        }
    }

    static func start(
        _ arguments: [String], stdin: String? = "", environment extra: [String: String] = [:],
        state: TemporaryDirectory = TemporaryDirectory()
    ) throws -> RunningProgram {
        try RunningProgram(
            [path] + arguments, stdin: stdin, environment: environment(extra, state: state), directory: state)
    }
}
