import Foundation
import Synchronization
import Vocabulary

/// A process under way; output is collected as it comes.
package final class RunningProgram: Sendable {
    package struct Result: Sendable {
        package let status: Int32
        package let output: String
        package let error: String
    }

    private let spawned: Spawned
    private let directory: TemporaryDirectory
    private let output = Collector()
    private let error = Collector()
    /// Held open while there is no end of input; -1 after it.
    private let input: Mutex<Int32>

    /// - Parameters:
    ///   - arguments: the program's path, then its arguments.
    ///   - stdin: nil keeps it open, without anything in it.
    ///   - environment: the whole environment.
    ///   - directory: the current one; it lives as long as this does.
    package init(
        _ arguments: [String], stdin: String? = "", environment: [String: String],
        directory: TemporaryDirectory = TemporaryDirectory()
    ) throws {
        _ = Self.writesReportErrors
        self.directory = directory
        let (input, output, error) = (try Spawned.pipe(), try Spawned.pipe(), try Spawned.pipe())
        spawned = try Spawned(
            arguments, environment: environment, directory: directory.path,
            descriptors: (input.read, output.write, error.write))
        for end in [input.read, output.write, error.write] { close(end) }
        let (outputText, errorText) = (self.output, self.error)
        Spawned.follow(output.read) { outputText.add($0, isEnd: $1) }
        Spawned.follow(error.read) { errorText.add($0, isEnd: $1) }
        self.input = Mutex(stdin == nil ? input.write : -1)
        if let stdin {
            let bytes = Array(stdin.utf8)
            _ = bytes.withUnsafeBytes { write(input.write, $0.baseAddress, $0.count) }
            close(input.write)
        }
    }

    /// A program that has gone must not end the tests by SIGPIPE.
    private static let writesReportErrors: Void = { _ = Foundation.signal(SIGPIPE, SIG_IGN) }()

    deinit { closeInput() }

    /// Where standard input was left open.
    package func send(_ text: String) {
        let bytes = Array(text.utf8)
        input.withLock { input in
            var offset = 0
            while input >= 0, offset < bytes.count {
                let count = bytes.withUnsafeBytes {
                    write(input, $0.baseAddress.map { $0 + offset }, $0.count - offset)
                }
                guard count > 0 else { return }
                offset += count
            }
        }
    }

    /// The end of standard input.
    package func closeInput() {
        input.withLock { input in
            if input >= 0 { close(input) }
            input = -1
        }
    }

    package var processID: Int32 { spawned.processID }
    /// Waits for `test` to hold of what came on stdout.
    package func waitFor(limit: Duration = .seconds(30), _ test: @escaping @Sendable (String) -> Bool) async
        -> Bool
    {
        await output.wait(limit, until: test)
    }

    package var outputSoFar: String { output.text }
    package var errorSoFar: String { error.text }

    /// Returns when stdout (or stderr) contains `text`.
    package func waitFor(_ text: String, onError: Bool = false, limit: Duration = .seconds(20)) async -> Bool
    {
        await (onError ? error : output).wait(for: text, limit: limit)
    }

    package func signal(_ number: Int32) { spawned.signal(number) }

    /// Waits for the end; what has not ended by then is killed and shows status -1.
    package func finish(limit: Duration = .seconds(60)) async -> Result {
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
