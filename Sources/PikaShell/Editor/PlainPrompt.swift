import CLibedit
import Foundation
import Synchronization

/// Where the shell's lines come from.
protocol LineReading: Sendable {
    /// Cancelling the task gives `.interrupted`.
    func readLine(prompt: String) async -> LineEditor.Line
}

extension LineEditor: LineReading {}

/// A prompt without editing, for terminals that libedit cannot drive. One reader at a time.
final class PlainPrompt: LineReading {
    private struct State {
        var waiting: CheckedContinuation<LineEditor.Line, Never>?
        var isCancelled = false
        /// A thread waits for a line; it cannot be called back.
        var isReading = false
        /// Read for somebody who had stopped waiting.
        var left: LineEditor.Line?
    }

    private let output: OutputQueue
    private let state = Mutex(State())

    init(output: OutputQueue) { self.output = output }

    func readLine(prompt: String) async -> LineEditor.Line {
        output.write(prompt, to: .error)
        state.withLock { $0.isCancelled = false }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready: LineEditor.Line? = state.withLock { state in
                    if state.isCancelled { return .interrupted }
                    if let left = state.left {
                        state.left = nil
                        return left
                    }
                    state.waiting = continuation
                    if !state.isReading { startReading(&state) }
                    return nil
                }
                if let ready { continuation.resume(returning: ready) }
            }
        } onCancel: {
            let waiting = state.withLock { state in
                state.isCancelled = true
                defer { state.waiting = nil }
                return state.waiting
            }
            waiting?.resume(returning: .interrupted)
        }
    }

    private func startReading(_ state: inout State) {
        state.isReading = true
        let thread = Thread { [self] in
            let line = Swift.readLine(strippingNewline: true).map(LineEditor.Line.text) ?? .endOfInput
            // At a terminal Ctrl-D ends one line and not all to come.
            if line == .endOfInput, isatty(STDIN_FILENO) == 1 { pika_clear_stdin() }
            let waiting = self.state.withLock { state in
                state.isReading = false
                if state.waiting == nil { state.left = line }
                defer { state.waiting = nil }
                return state.waiting
            }
            waiting?.resume(returning: line)
        }
        thread.start()
    }
}
