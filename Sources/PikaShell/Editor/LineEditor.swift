import CLibedit
import Foundation
import Synchronization

/// Reads lines with libedit on a thread of its own. Other tasks print through `OutputQueue`, which wakes the editor.
///
/// `@unchecked Sendable`: everything of libedit is touched by the editor's thread only; what crosses threads is in `requests`
/// and in the wake pipe.
final class LineEditor: @unchecked Sendable {
    enum Line: Equatable, Sendable {
        case text(String)
        /// Ctrl-C: the line was cleared.
        case interrupted
        case endOfInput
    }

    private struct Request {
        let prompt: String
        let continuation: CheckedContinuation<Line, Never>
    }

    private let output: OutputQueue
    private let complete: @Sendable (String) -> [String]
    private let wakePipe: (read: Int32, write: Int32)
    private let requests = Mutex<[Request]>([])
    private let available = DispatchSemaphore(value: 0)
    private let isCancelled = Mutex(false)
    private let hasResized = Mutex(false)

    // Touched by the editor's thread only.
    private var editor: OpaquePointer?
    private var historyHandle: OpaquePointer?
    private var promptText = ""
    private var promptBuffer: UnsafeMutablePointer<CChar>?
    private var wasInterrupted = false

    /// - Parameters:
    ///   - history: lines of earlier sittings, oldest first.
    ///   - complete: candidates for the text before the cursor.
    /// - Returns: nil where libedit cannot work (no terminal, `TERM=dumb`): read plain lines then.
    init?(output: OutputQueue, history: [String], complete: @escaping @Sendable (String) -> [String]) {
        guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1, let term = getenv("TERM"),
            !["", "dumb"].contains(String(cString: term))
        else { return nil }
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        wakePipe = (ends[0], ends[1])
        self.output = output
        self.complete = complete
        // The editor learns of a new window size like of everything else: by its wake pipe.
        Signals.shared.onResize { [self] in
            hasResized.withLock { $0 = true }
            wake()
        }
        let thread = Thread { self.work(history) }
        thread.stackSize = 1 << 20
        thread.start()
    }

    /// The next line; `prompt` should end in a blank. Cancelling the task gives `.interrupted`.
    func readLine(prompt: String) async -> Line {
        isCancelled.withLock { $0 = false }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                requests.withLock { $0.append(Request(prompt: prompt, continuation: continuation)) }
                available.signal()
            }
        } onCancel: {
            isCancelled.withLock { $0 = true }
            wake()
        }
    }

    private func wake() {
        var byte: UInt8 = 1
        // A full pipe wakes just as well.
        _ = write(wakePipe.write, &byte, 1)
    }

    // MARK: The editor's thread

    private func work(_ history: [String]) {
        Self.useUTF8()
        guard let editor = pika_el_init("pikachat") else { return failAll() }
        self.editor = editor
        historyHandle = history_init()
        if let historyHandle {
            _ = pika_history_setsize(historyHandle, Int32(History.limit))
            _ = pika_history_setunique(historyHandle, 1)
            for line in history { _ = pika_history_enter(historyHandle, line) }
            _ = pika_el_set_hist(editor, historyHandle)
        }
        configure(editor)
        while true {
            available.wait()
            guard let request = requests.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else { continue }
            request.continuation.resume(returning: read(request.prompt))
        }
    }

    private func failAll() {
        while true {
            available.wait()
            if let request = requests.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
                request.continuation.resume(returning: .endOfInput)
            }
        }
    }

    /// A process starts in the locale "C", where libedit drops every non-ASCII byte.
    private static func useUTF8() {
        setlocale(LC_CTYPE, "")
        let codeset = nl_langinfo(Int32(CODESET)).map { String(cString: $0) } ?? ""
        if codeset != "UTF-8" { setlocale(LC_CTYPE, "C.UTF-8") }
    }

    private func configure(_ editor: OpaquePointer) {
        _ = pika_el_set_signal(editor, 0)
        _ = pika_el_set_clientdata(editor, Unmanaged.passUnretained(self).toOpaque())
        _ = pika_el_set_editor(editor, "emacs")
        _ = pika_el_set_prompt(editor) { editor in LineEditor.of(editor)?.promptPointer() }
        _ = pika_el_set_getcfn(editor) { editor, character in
            guard let character, let line = LineEditor.of(editor) else { return -1 }
            return line.nextCharacter(into: character)
        }
        _ = pika_el_addfn(editor, "pika-interrupt", "clears the line") { editor, _ in
            LineEditor.of(editor)?.wasInterrupted = true
            return UInt8(CC_EOF)
        }
        _ = pika_el_addfn(editor, "pika-complete", "completes the word") { editor, _ in
            LineEditor.of(editor)?.completeWord() ?? UInt8(CC_ERROR)
        }
        // Ctrl-C reaches us as a character while a line is edited, and as a signal otherwise.
        _ = pika_el_setty(editor, "-d", "-isig")
        _ = pika_el_bind(editor, "^C", "pika-interrupt")
        _ = pika_el_bind(editor, "^I", "pika-complete")
        _ = pika_el_bind(editor, "^R", "em-inc-search-prev")
    }

    private static func of(_ editor: OpaquePointer?) -> LineEditor? {
        pika_el_get_clientdata(editor).map { Unmanaged<LineEditor>.fromOpaque($0).takeUnretainedValue() }
    }

    private func promptPointer() -> UnsafeMutablePointer<CChar>? {
        if let promptBuffer { free(promptBuffer) }
        promptBuffer = strdup(promptText)
        return promptBuffer
    }

    private func read(_ prompt: String) -> Line {
        promptText = prompt
        wasInterrupted = false
        output.beginEditing { [self] in wake() }
        defer { output.endEditing() }
        var count: Int32 = 0
        let line = el_gets(editor, &count)
        guard count > 0, let line else {
            // The cursor still stands behind the cleared or ended line.
            fputsToTerminal(wasInterrupted ? "^C\n" : "\n")
            return wasInterrupted ? .interrupted : .endOfInput
        }
        var text = String(cString: line)
        while let last = text.unicodeScalars.last, last == "\n" || last == "\r" {
            text.unicodeScalars.removeLast()
        }
        if !text.allSatisfy(\.isWhitespace), let historyHandle { _ = pika_history_enter(historyHandle, text) }
        return .text(text)
    }

    /// One character from the terminal, printing what waits meanwhile. 1, or 0 at the end of input.
    private func nextCharacter(into character: UnsafeMutablePointer<wchar_t>) -> Int32 {
        var pending: [UInt8] = []
        while true {
            var polled = [
                pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
                pollfd(fd: wakePipe.read, events: Int16(POLLIN), revents: 0),
            ]
            let ready = poll(&polled, 2, -1)
            if ready < 0 {
                if errno == EINTR { continue }
                return -1
            }
            if polled[1].revents != 0 { printWaiting() }
            if isCancelled.withLock({ $0 }) {
                wasInterrupted = true
                return 0
            }
            guard polled[0].revents != 0 else { continue }
            var byte: UInt8 = 0
            let count = Foundation.read(STDIN_FILENO, &byte, 1)
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            guard count == 1 else { return 0 }
            pending.append(byte)
            if let scalar = Self.scalar(pending) {
                character.pointee = wchar_t(bitPattern: scalar)
                return 1
            }
        }
    }

    /// A whole UTF-8 character; bytes that can never become one turn into U+FFFD.
    private static func scalar(_ bytes: [UInt8]) -> UInt32? {
        let length =
            switch bytes[0] {
            case ..<0x80: 1
            case 0xc2..<0xe0: 2
            case 0xe0..<0xf0: 3
            case 0xf0..<0xf5: 4
            default: 1
            }
        guard bytes.count >= length else { return nil }
        return String(validating: bytes, as: UTF8.self)?.unicodeScalars.first?.value ?? 0xfffd
    }

    /// Takes the line down, prints, puts it up again; what is typed stays.
    private func printWaiting() {
        var drained = [UInt8](repeating: 0, count: 256)
        while Foundation.read(wakePipe.read, &drained, drained.count) > 0 {}
        let isResized = hasResized.withLock { flag in
            defer { flag = false }
            return flag
        }
        if isResized { el_resize(editor) }
        var text = output.takeWaiting()
        guard !text.isEmpty else { return }
        if !text.hasSuffix("\n") { text += "\n" }
        var before = 0
        if let info = el_wline(editor)?.pointee, let start = info.buffer {
            for index in 0..<(info.cursor - start) { before += max(0, Int(pika_wcwidth(start[index]))) }
        }
        var size = winsize()
        _ = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size)
        let rows = LineEraser.rowsAbove(
            promptColumns: Self.columns(of: promptText), columnsBeforeCursor: before,
            terminalColumns: Int(size.ws_col))
        fputsToTerminal(LineEraser.sequence(rowsAbove: rows) + text)
        _ = pika_el_refresh(editor)
    }

    /// Width without colour sequences, which stand between U+0001 characters.
    private static func columns(of prompt: String) -> Int {
        var isEscape = false
        var columns = 0
        for scalar in prompt.unicodeScalars {
            if scalar == "\u{1}" {
                isEscape.toggle()
            } else if !isEscape {
                columns += max(0, Int(pika_wcwidth(wchar_t(scalar.value))))
            }
        }
        return columns
    }

    private func fputsToTerminal(_ text: String) {
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
    }

    /// Completes the word before the cursor as far as all candidates agree, and lists them when there are several.
    private func completeWord() -> UInt8 {
        guard let info = el_wline(editor)?.pointee, let start = info.buffer else { return UInt8(CC_ERROR) }
        var before = ""
        for index in 0..<(info.cursor - start) {
            if let scalar = Unicode.Scalar(UInt32(bitPattern: start[index])) {
                before.unicodeScalars.append(scalar)
            }
        }
        let candidates = complete(before)
        guard let first = candidates.first else { return UInt8(CC_ERROR) }
        let shared = candidates.dropFirst().reduce(first) { $0.commonPrefix(with: $1) }
        let typed = Self.overlap(of: shared, with: before)
        if shared.count > typed {
            let addition =
                String(shared.dropFirst(typed)) + (candidates.count == 1 && !shared.hasSuffix("=") ? " " : "")
            return el_insertstr(editor, addition) == 0 ? UInt8(CC_REFRESH) : UInt8(CC_ERROR)
        }
        guard candidates.count > 1 else {
            return el_insertstr(editor, " ") == 0 ? UInt8(CC_REFRESH) : UInt8(CC_ERROR)
        }
        fputsToTerminal("\n" + candidates.joined(separator: "  ") + "\n")
        return UInt8(CC_REDISPLAY)
    }

    /// How many characters of `candidate` are typed already at the end of `text`.
    private static func overlap(of candidate: String, with text: String) -> Int {
        for count in stride(from: min(candidate.count, text.count), through: 1, by: -1)
        where text.hasSuffix(candidate.prefix(count)) { return count }
        return 0
    }
}
