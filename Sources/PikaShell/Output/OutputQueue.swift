import Foundation
import Synchronization

/// The only thing that writes to the terminal. While a line is being edited, text waits for the editor's thread, which takes the
/// line down, prints, and puts it up again; otherwise it is written at once.
final class OutputQueue: Sendable {
    enum Stream: Sendable { case output, error }

    private struct State {
        var isEditing = false
        var waiting: [(Stream, String)] = []
        var wake: (@Sendable () -> Void)?
    }

    static let shared = OutputQueue()

    private let state = Mutex(State())

    func write(_ text: String, to stream: Stream) {
        state.withLock { state in
            if state.isEditing {
                state.waiting.append((stream, text))
                state.wake?()
            } else {
                Self.emit(text, stream)
            }
        }
    }

    func line(_ text: String, to stream: Stream = .output) { write(text + "\n", to: stream) }

    /// The editor takes the terminal over; `wake` tells it that text waits.
    func beginEditing(wake: @escaping @Sendable () -> Void) {
        state.withLock {
            $0.isEditing = true; $0.wake = wake
        }
    }

    /// The editor gives the terminal back; what waits is written.
    func endEditing() {
        state.withLock { state in
            state.isEditing = false
            state.wake = nil
            for (stream, text) in state.waiting { Self.emit(text, stream) }
            state.waiting = []
        }
    }

    /// What waits, for the editor to print.
    func takeWaiting() -> String {
        state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting.map(\.1).joined()
        }
    }

    private static func emit(_ text: String, _ stream: Stream) {
        let descriptor = stream == .output ? STDOUT_FILENO : STDERR_FILENO
        let bytes = Array(text.utf8)
        var offset = 0
        while offset < bytes.count {
            let written = bytes.withUnsafeBytes {
                Foundation.write(descriptor, $0.baseAddress.map { $0 + offset }, $0.count - offset)
            }
            if written < 0, errno == EINTR { continue }
            if written < 0, errno == EAGAIN {
                var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = Foundation.poll(&poll, 1, -1)
                continue
            }
            // A reader that is gone (a closed pipe) is no reason to stop: cleanup must still run.
            guard written > 0 else { return }
            offset += written
        }
    }
}
