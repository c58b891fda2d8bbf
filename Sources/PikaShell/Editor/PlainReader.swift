import Foundation
import Synchronization

/// Lines without editing: from a pipe, or from a terminal that libedit cannot drive. A line is read when it is asked for and not before, so
/// that whoever writes is held up as long as we are busy. One caller at a time.
package final class PlainReader: LineReading {
    private struct State {
        var waiting: CheckedContinuation<TypedLine, Never>?
        /// The thread waits for a line; it cannot be called back.
        var isReading = false
        var isClosed = false
        /// Read for somebody who had stopped waiting.
        var left: TypedLine?
    }

    private let terminal: Terminal
    private let requested = DispatchSemaphore(value: 0)
    private let state = Mutex(State())
    private let wakePipe: WakePipe?

    package init(terminal: Terminal) {
        self.terminal = terminal
        wakePipe = WakePipe()
        let thread = Thread { [self] in work() }
        thread.start()
    }

    package func readLine(prompt: String) async -> TypedLine {
        if !prompt.isEmpty { terminal.prompt(prompt) }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready: TypedLine? = state.withLock { state in
                    if Task.isCancelled { return .interrupted }
                    if state.isClosed { return .endOfInput }
                    if let left = state.left {
                        state.left = nil
                        return left
                    }
                    state.waiting = continuation
                    if !state.isReading {
                        state.isReading = true
                        requested.signal()
                    }
                    return nil
                }
                if let ready { continuation.resume(returning: ready) }
            }
        } onCancel: {
            let waiting = state.withLock { state in
                defer { state.waiting = nil }
                return state.waiting
            }
            waiting?.resume(returning: .interrupted)
        }
    }

    package func close() {
        state.withLock { $0.isClosed = true }
        requested.signal()
        wakePipe?.wake()
    }

    // MARK: The reader's thread

    private func work() {
        var input = DescriptorLines(descriptor: terminal.input, wakePipe: wakePipe)
        while true {
            requested.wait()
            if state.withLock({ $0.isClosed }) { break }
            let line = input.next()
            let waiting = state.withLock { state in
                state.isReading = false
                if state.waiting == nil { state.left = line }
                defer { state.waiting = nil }
                return state.waiting
            }
            waiting?.resume(returning: line)
        }
        // Asked for just before the end: nothing will be read for it any more.
        let waiting = state.withLock { state in
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume(returning: .endOfInput)
    }
}
