import CProcess
import Foundation
import Synchronization
import Vocabulary

/// A program with a supervisor of its own (CProcess): everything that it starts ends with it, also when we are killed. Its input is empty
/// unless one is passed, and it inherits no other descriptors.
package final class ChildProcess: Sendable {
    /// What becomes of the output.
    package enum Output: Sendable {
        /// Both streams, kept apart, up to so many bytes in total.
        case captured(limitBytes: Int)
        /// Both streams into a file, mode 0600, masked line by line, up to so many bytes.
        case log(path: String, limitBytes: Int, Masking)
        /// The program gets these descriptors as its own; `input` and `output` are closed here once it runs, `error` stays ours.
        case passed(input: Int32, output: Int32, error: Int32)
    }

    /// Between SIGTERM and SIGKILL.
    package static let grace: Duration = .seconds(5)

    private struct State {
        /// Of the program: nil while it runs; 128 + signal when one killed it.
        var status: Int32?
        /// Nothing of it is left.
        var isOver = false
        var output: [UInt8] = []
        var error: [UInt8] = []
        /// More was printed than is kept.
        var isCut = false
        var waiters: [(untilOver: Bool, AsyncStream<Void>.Continuation)] = []

        mutating func takeWaiters() -> [AsyncStream<Void>.Continuation] {
            let ready = waiters.filter { isOver || !$0.untilOver }
            waiters.removeAll { isOver || !$0.untilOver }
            return ready.map(\.1)
        }
    }

    private let supervisor = Mutex<pid_t>(0)
    private let state = Mutex(State())
    private let groups: ProcessGroups
    private let onOutput: @Sendable (ArraySlice<UInt8>) -> Void
    /// A file with what it printed, where there is one.
    package let logPath: String?

    /// - Parameters:
    ///   - arguments: program (looked up on PATH) and its arguments.
    ///   - environment: the whole environment.
    ///   - groups: knows it as long as it runs.
    ///   - onOutput: called on its thread with what it has printed.
    /// - Throws: `Failure` (require) for a program that cannot be started.
    package init(
        _ arguments: [String], environment: [String: String], directory: String? = nil, output: Output,
        groups: ProcessGroups, onOutput: @escaping @Sendable (ArraySlice<UInt8>) -> Void = { _ in }
    ) async throws {
        (self.groups, self.onOutput) = (groups, onOutput)
        let sink: OutputSink
        var passed: Passed?
        switch output {
        case .captured(let limit):
            logPath = nil
            sink = OutputSink(limitBytes: limit)
        case .log(let path, let limit, let masking):
            logPath = path
            sink = try OutputSink(path: path, limitBytes: limit, masking: masking)
        case .passed(let input, let output, let error):
            logPath = nil
            sink = OutputSink(limitBytes: 0)
            passed = Passed(input: input, output: output, error: error)
        }
        // Also in a cancelled task: what has been started must be known, or nobody could stop it.
        let failure = await withCheckedContinuation { started in
            // The supervisor ends when the thread that made it does, so the thread stays as long as anything of it is left.
            let thread = Thread { [passed] in
                self.work(arguments, environment, directory, sink, passed, started)
            }
            thread.stackSize = 1 << 19
            thread.start()
        }
        guard failure == 0 else {
            throw Failure(
                .require,
                "cannot start \(arguments.first ?? "nothing"): \(String(cString: strerror(failure)))")
        }
    }

    /// A pipe that no program started meanwhile inherits.
    ///
    /// - Throws: `Failure` (require) when there are no descriptors left.
    package static func pipe() throws -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [-1, -1]
        guard pika_pipe(&ends) == 0 else {
            throw Failure(.require, "cannot make a pipe: \(String(cString: strerror(errno)))")
        }
        return (ends[0], ends[1])
    }

    // MARK: Its thread

    private struct Passed: Sendable { let input: Int32, output: Int32, error: Int32 }

    private func work(
        _ arguments: [String], _ environment: [String: String], _ directory: String?, _ sink: OutputSink,
        _ passed: Passed?, _ started: CheckedContinuation<Int32, Never>
    ) {
        var (output, error): ([Int32], [Int32]) = ([-1, -1], [-1, -1])
        if let passed {
            (output[1], error[1]) = (passed.output, passed.error)
        } else if pika_pipe(&output) != 0 || pika_pipe(&error) != 0 {
            let failure = errno
            for end in output where end >= 0 { close(end) }
            return started.resume(returning: failure)
        }
        var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        var (status, program): (Int32, pid_t) = (-1, 0)
        let pid = pika_supervise(
            &argv, &envp, directory, passed?.input ?? -1, output[1], error[1],
            Int32(Self.grace.wholeMilliseconds), &status, &program)
        let failure = errno
        for pointer in argv + envp { free(pointer) }
        for end in passed.map({ [$0.input, $0.output] }) ?? [output[1], error[1]] { close(end) }
        guard pid > 0 else {
            for end in [output[0], error[0]] where end >= 0 { close(end) }
            return started.resume(returning: failure)
        }
        supervisor.withLock { $0 = pid }
        groups.insert(pid)
        started.resume(returning: 0)
        follow(output[0], error[0], status, sink)
        var how: Int32 = 0
        while waitpid(pid, &how, 0) < 0, errno == EINTR {}
        groups.remove(pid)
        supervisor.withLock { $0 = 0 }
        sink.finish()
        finish { state in
            // A supervisor that was killed tells nothing.
            state.status = state.status ?? 128 + SIGKILL
            (state.output, state.error, state.isCut) = (sink.output, sink.error, sink.isCut)
            state.isOver = true
        }
    }

    /// Reads both streams and the status until all have ended.
    private func follow(_ output: Int32, _ error: Int32, _ status: Int32, _ sink: OutputSink) {
        var open = [output, error, status]
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while open.contains(where: { $0 >= 0 }) {
            var polled = open.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            guard poll(&polled, 3, -1) >= 0 else { continue }
            for (index, entry) in polled.enumerated() where entry.revents != 0 {
                let count = read(open[index], &buffer, index == 2 ? 4 : buffer.count)
                if count < 0, errno == EINTR { continue }
                if count <= 0 {
                    close(open[index])
                    open[index] = -1
                } else if index == 2 {
                    let raw = buffer.withUnsafeBytes { $0.loadUnaligned(as: Int32.self) }
                    let signal = raw & 0x7f
                    finish { $0.status = signal == 0 ? (raw >> 8) & 0xff : 128 + signal }
                } else {
                    sink.take(buffer[..<count], isError: index == 1)
                    onOutput(buffer[..<count])
                    // Nobody needs the rest; and a program must not write for ever.
                    if sink.isCut, logPath == nil { terminate() }
                }
            }
        }
    }

    private func finish(_ change: (inout State) -> Void) {
        let ready = state.withLock { state in
            change(&state)
            return state.takeWaiters()
        }
        for waiter in ready { waiter.finish() }
    }

    // MARK: For others

    /// Of the program: nil while it runs; 128 + signal when one killed it.
    package var status: Int32? { state.withLock { $0.status } }

    /// What it printed, once it is over.
    package var captured: (output: String, error: String, isCut: Bool) {
        state.withLock {
            (String(decoding: $0.output, as: UTF8.self), String(decoding: $0.error, as: UTF8.self), $0.isCut)
        }
    }

    /// Returns when the program has ended; what it started may still run.
    package func hasEnded() async { await wait(untilOver: false) }

    private func wait(untilOver: Bool) async {
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        state.withLock { state in
            if state.isOver || !untilOver && state.status != nil {
                continuation.finish()
            } else {
                state.waiters.append((untilOver, continuation))
            }
        }
        for await _ in stream {}
    }

    private func terminate() {
        supervisor.withLock { if $0 > 0 { kill($0, SIGTERM) } }
    }

    /// SIGTERM to everything that it started, SIGKILL after `grace`; returns when nothing is left. Also in a cancelled task: stopping is
    /// what cancellation asks for.
    package func stop() async {
        terminate()
        await Task { await wait(untilOver: true) }.value
    }

    /// Whole lines of its log, from a byte on.
    package func logLines(from byte: Int) -> [String] {
        guard let logPath, let file = FileHandle(forReadingAtPath: logPath) else { return [] }
        defer { try? file.close() }
        guard (try? file.seek(toOffset: UInt64(byte))) != nil, let data = try? file.readToEnd(),
            let end = data.lastIndex(of: 10)
        else { return [] }
        return data[..<end].split(separator: 10, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    /// The last lines of its log.
    package func logTail(lines: Int) -> [String] {
        guard let logPath, let data = FileManager.default.contents(atPath: logPath) else { return [] }
        let text = String(decoding: data.suffix(65_536), as: UTF8.self)
        var all = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if all.last?.isEmpty ?? false { all.removeLast() }
        return all.suffix(lines)
    }
}
