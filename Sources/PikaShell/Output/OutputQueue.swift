import Foundation
import Synchronization

/// The only thing that writes to stdout and stderr, on a thread of its own, so that a reader that has stopped holds up nobody.
///
/// While a line is being edited, text waits for the editor's thread, which takes the line down, prints, and puts it up again.
final class OutputQueue: Sendable {
    enum Stream: Sendable { case output, error }

    private struct State {
        var isEditing = false
        var wake: (@Sendable () -> Void)?
        /// For the editor to print.
        var waiting = ""
        /// For the writer thread.
        var pending: [(Stream, String)] = []
        var pendingBytes = 0
        var isWriting = false
        /// Why stdout took something not, if so: a reader that is gone is no reason, a full disk is.
        var failure: Int32?
        /// Called once when nothing is left to write.
        var whenDrained: [@Sendable () -> Void] = []

        var isDrained: Bool { pending.isEmpty && !isWriting }
    }

    static let shared = OutputQueue()
    /// Text held for a reader that does not read; what comes on top is dropped.
    private static let limitBytes = 64 << 20

    private let state = Mutex(State())
    private let available = DispatchSemaphore(value: 0)

    private init() {
        let thread = Thread { [self] in work() }
        thread.start()
    }

    func write(_ text: String, to stream: Stream) {
        state.withLock { state in
            // Text for a redirected stream does not concern the edited line.
            if state.isEditing, isatty(Self.descriptor(stream)) == 1 {
                state.waiting += text
                state.wake?()
            } else if state.pendingBytes < Self.limitBytes {
                state.pending.append((stream, text))
                state.pendingBytes += text.utf8.count
                available.signal()
            }
        }
    }

    func line(_ text: String, to stream: Stream = .output) { write(text + "\n", to: stream) }

    /// The editor takes the terminal over, once all that was written before is out; `wake` tells it that text waits.
    func beginEditing(wake: @escaping @Sendable () -> Void) {
        let drained = DispatchSemaphore(value: 0)
        while true {
            let isOurs = state.withLock { state in
                guard state.isDrained else {
                    state.whenDrained.append { drained.signal() }
                    return false
                }
                state.isEditing = true
                state.wake = wake
                return true
            }
            if isOurs { return }
            drained.wait()
        }
    }

    /// The editor gives the terminal back; what waits is written.
    func endEditing() {
        let waiting = state.withLock { state in
            state.isEditing = false
            state.wake = nil
            defer { state.waiting = "" }
            return state.waiting
        }
        if !waiting.isEmpty { write(waiting, to: .output) }
    }

    /// What waits, for the editor to print.
    func takeWaiting() -> String {
        state.withLock { state in
            defer { state.waiting = "" }
            return state.waiting
        }
    }

    /// Returns when everything is written.
    func drain() async {
        endEditing()
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        state.withLock { state in
            if state.isDrained {
                continuation.finish()
            } else {
                state.whenDrained.append { continuation.finish() }
            }
        }
        for await _ in stream {}
    }

    private func work() {
        while true {
            available.wait()
            let next: (Stream, String)? = state.withLock { state in
                guard !state.pending.isEmpty else { return nil }
                state.isWriting = true
                let item = state.pending.removeFirst()
                state.pendingBytes -= item.1.utf8.count
                return item
            }
            if let next, let failure = Self.emit(next.1, Self.descriptor(next.0)), next.0 == .output {
                state.withLock { $0.failure = failure }
            }
            let whenDrained = state.withLock { state in
                state.isWriting = false
                guard state.isDrained else { return [@Sendable () -> Void]() }
                defer { state.whenDrained = [] }
                return state.whenDrained
            }
            for action in whenDrained { action() }
        }
    }

    private static func descriptor(_ stream: Stream) -> Int32 {
        stream == .output ? STDOUT_FILENO : STDERR_FILENO
    }

    /// What went wrong with stdout, for the exit status.
    var failure: String? { state.withLock { $0.failure }.map { String(cString: strerror($0)) } }

    /// - Returns: the error number of a write that failed for another reason than a reader that is gone.
    private static func emit(_ text: String, _ descriptor: Int32) -> Int32? {
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
            guard written > 0 else { return written < 0 && errno != EPIPE ? errno : nil }
            offset += written
        }
        return nil
    }
}
