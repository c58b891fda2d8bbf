import Foundation
import TestSupport

/// Examples/EmbeddedShell, built as any other program would be, and run.
enum EmbeddedShell {
    /// The program's path, once it is built.
    ///
    /// - Throws: what the build said when it failed.
    static func path() async throws -> String { try await built.value }

    private struct BuildFailed: Error, CustomStringConvertible { let description: String }

    private static let built = Task {
        let root = Vectors.repositoryRoot.path
        // Below .build: ignored by git, and there again for the next run, which then takes seconds.
        let scratch = "\(root)/.build/embedded-shell"
        // A plan of another day may name files that are gone by now; and SwiftPM does not see that what PikaShell re-exports has changed
        // for the program itself, which takes three seconds to compile.
        for stale in ["debug.yaml", "debug/EmbeddedShell.build", "debug/MinimalShell.build"] {
            try? FileManager.default.removeItem(atPath: "\(scratch)/\(stale)")
        }
        var environment = ["TERM": "dumb"]
        for name in ["PATH", "HOME", "TMPDIR", "LANG"] {
            environment[name] = ProcessInfo.processInfo.environment[name]
        }
        let result = try await RunningProgram(
            [
                "/usr/bin/env", "swift", "build", "--package-path", "\(root)/Examples/EmbeddedShell",
                "--scratch-path", scratch,
            ], environment: environment
        ).finish(limit: .seconds(900))
        guard result.status == 0 else { throw BuildFailed(description: result.output + result.error) }
        return "\(scratch)/debug/EmbeddedShell"
    }

    static func environment(_ more: [String: String] = [:]) -> [String: String] {
        ["PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "SWIFT_BACKTRACE": "enable=no"].merging(more) { $1 }
    }

    /// Runs it to its end; one that hangs is killed and shows status -1.
    static func run(_ arguments: [String], stdin: String = "", environment: [String: String] = [:])
        async throws -> RunningProgram.Result
    {
        try await RunningProgram(
            [path()] + arguments, stdin: stdin, environment: self.environment(environment)
        ).finish(limit: .seconds(30))
    }

    /// At its prompt.
    static func terminal(environment: [String: String] = [:]) async throws -> TerminalProgram {
        try TerminalProgram(running: [await path()], environment: self.environment(environment))
    }
}
