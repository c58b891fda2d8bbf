import Foundation
import Synchronization

/// The only thing that writes to the descriptors of a terminal, on a thread of its own, so that a reader that has stopped holds up
/// nobody.
///
/// While a line is being edited, text waits for the editor's thread, which takes the line down, prints, and puts it up again.
final class OutputWriter: Sendable {
    /// A line that is drawn over and over.
    private struct Status {
        let text: String
        /// As it was drawn; a window that is narrower by now shows it on several rows.
        let width: Int
        let descriptor: Int32

        /// From its first row to the end of the screen.
        var erasure: String {
            var size = winsize()
            let isKnown = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
            return LineEraser.sequence(rowsAbove: isKnown ? max(0, width - 1) / Int(size.ws_col) : 0)
        }
    }

    private struct State {
        var isEditing = false
        var wake: (@Sendable () -> Void)?
        /// For the editor to print.
        var waiting = ""
        /// The line that stands below everything else, and where.
        var status: Status?
        /// For the writer thread.
        var pending: [(descriptor: Int32, text: String)] = []
        var pendingBytes = 0
        var isWriting = false
        var isClosed = false
        /// Why the output did not take something.
        var failure: Int32?
        /// Called once when nobody reads the output any more.
        var whenReaderIsGone: (@Sendable () -> Void)?
        /// Called once when there is room again.
        var whenRoomy: [@Sendable () -> Void] = []
        /// Called once when nothing is left to write.
        var whenDrained: [@Sendable () -> Void] = []
        /// Called once when nothing is left to write, and the editor has printed what waited for it.
        var whenShown: [@Sendable () -> Void] = []

        mutating func add(_ text: String, _ descriptor: Int32) {
            pending.append((descriptor, text))
            pendingBytes += text.utf8.count
        }

        var isDrained: Bool { pending.isEmpty && !isWriting }
        var isShown: Bool { isDrained && waiting.isEmpty }

        /// Whom to tell, now that something is out.
        mutating func takeShown() -> [@Sendable () -> Void] {
            guard isShown else { return [] }
            defer { whenShown = [] }
            return whenShown
        }
    }

    /// What the thread works on; it lives as long as the thread does, not the writer.
    private final class Core: Sendable {
        let state = Mutex(State())
        let available = DispatchSemaphore(value: 0)
        let output: Int32

        init(output: Int32) { self.output = output }
    }

    /// Text held for a slow reader before whoever can wait is made to.
    private static let roomBytes = 1 << 20
    /// Text held for a reader that has stopped; what comes on top is lost, and that is an error.
    private static let limitBytes = 64 << 20

    private let core: Core
    private let error: Int32

    init(output: Int32, error: Int32) {
        self.error = error
        let core = Core(output: output)
        self.core = core
        let thread = Thread { Self.work(core) }
        thread.start()
    }

    deinit {
        core.state.withLock { $0.isClosed = true }
        core.available.signal()
    }

    func write(_ text: String, to stream: Terminal.Stream) {
        let descriptor = stream == .output ? core.output : error
        core.state.withLock { state in
            // Text for a redirected stream does not concern the edited line.
            if state.isEditing, isatty(descriptor) == 1 {
                state.waiting += text
                state.wake?()
            } else if state.pendingBytes < Self.limitBytes {
                // The status line makes room, and comes again below.
                if let status = state.status, isatty(descriptor) == 1 {
                    state.add(status.erasure, status.descriptor)
                    state.add(text, descriptor)
                    if text.hasSuffix("\n") { state.add(status.text, status.descriptor) }
                    for _ in 0..<3 { core.available.signal() }
                } else {
                    state.add(text, descriptor)
                    core.available.signal()
                }
            } else if descriptor == core.output {
                state.failure = ENOBUFS
            }
        }
    }

    /// Puts a line below everything else, in the place of the one before; nil takes it away. While a line is being edited there is none.
    ///
    /// - Parameter width: columns that it takes.
    func setStatus(_ text: String?, width: Int = 0, on descriptor: Int32) {
        core.state.withLock { state in
            let erasure = state.status?.erasure
            if let text {
                guard !state.isEditing else { return }
                state.status = Status(text: text, width: width, descriptor: descriptor)
                state.add((erasure ?? "\r") + text, descriptor)
            } else {
                guard let status = state.status else { return }
                state.status = nil
                state.add(erasure ?? "", status.descriptor)
            }
            core.available.signal()
        }
    }

    /// Returns when a reader that is slow has taken enough.
    func hasRoom() async {
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        core.state.withLock { state in
            if state.pendingBytes < Self.roomBytes {
                continuation.finish()
            } else {
                state.whenRoomy.append { continuation.finish() }
            }
        }
        for await _ in stream {}
    }

    /// The editor takes the terminal over, once all that was written before is out; `wake` tells it that text waits.
    func beginEditing(wake: @escaping @Sendable () -> Void) {
        setStatus(nil, on: core.output)
        let drained = DispatchSemaphore(value: 0)
        while true {
            let isOurs = core.state.withLock { state in
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
        let waiting = core.state.withLock { state in
            state.isEditing = false
            state.wake = nil
            defer { state.waiting = "" }
            return state.waiting
        }
        if !waiting.isEmpty { write(waiting, to: .output) }
    }

    /// What waits, for the editor to print.
    func takeWaiting() -> String {
        let (text, told) = core.state.withLock { state in
            let text = state.waiting
            state.waiting = ""
            return (text, state.takeShown())
        }
        for action in told { action() }
        return text
    }

    /// Returns when nothing is left to write or to print.
    func hasShownAll() async {
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        core.state.withLock { state in
            if state.isShown {
                continuation.finish()
            } else {
                state.whenShown.append { continuation.finish() }
            }
        }
        for await _ in stream {}
    }

    /// Returns when everything is written.
    func drain() async {
        endEditing()
        setStatus(nil, on: core.output)
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        core.state.withLock { state in
            if state.isDrained {
                continuation.finish()
            } else {
                state.whenDrained.append { continuation.finish() }
            }
        }
        for await _ in stream {}
    }

    func whenReaderIsGone(_ action: @escaping @Sendable () -> Void) {
        core.state.withLock { $0.whenReaderIsGone = action }
    }

    /// What went wrong with the output, for the exit status.
    var failure: String? {
        core.state.withLock { $0.failure }.map { String(cString: strerror($0)) }
    }

    // MARK: The writer's thread

    private static func work(_ core: Core) {
        while true {
            core.available.wait()
            let next: (descriptor: Int32, text: String)? = core.state.withLock { state in
                guard !state.pending.isEmpty else { return nil }
                state.isWriting = true
                let item = state.pending.removeFirst()
                state.pendingBytes -= item.text.utf8.count
                return item
            }
            if let next, let failure = emit(next.text, next.descriptor), next.descriptor == core.output {
                let told = core.state.withLock { state in
                    state.failure = failure
                    guard failure == EPIPE else { return nil as (@Sendable () -> Void)? }
                    defer { state.whenReaderIsGone = nil }
                    return state.whenReaderIsGone
                }
                told?()
            }
            let (waiting, isOver) = core.state.withLock { state in
                state.isWriting = false
                var waiting: [@Sendable () -> Void] = []
                if state.pendingBytes < roomBytes / 2 { swap(&waiting, &state.whenRoomy) }
                waiting += state.takeShown()
                guard state.isDrained else { return (waiting, false) }
                defer { state.whenDrained = [] }
                return (waiting + state.whenDrained, state.isClosed)
            }
            for action in waiting { action() }
            if isOver { return }
        }
    }

    /// - Returns: the error number of a write that failed.
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
            guard written > 0 else { return written < 0 ? errno : nil }
            offset += written
        }
        return nil
    }
}
