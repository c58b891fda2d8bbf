import CLibedit
import Foundation
import Synchronization

/// Reads lines with libedit on a thread of its own. Other tasks print through `OutputQueue`, which wakes the editor.
///
/// The terminal stays in one mode, without echo, lines and signals of its own, from the first prompt to the end of the process:
/// keys pressed while a command runs wait for the next prompt (`TypedAhead`), and Ctrl-C is always a byte that we see. With a mode
/// for editing and one for commands, a key pressed at the border of the two is lost or misread: a Ctrl-D of line mode arrives
/// as NUL, which libedit took for quoted-insert.
///
/// `@unchecked Sendable`: everything of libedit is touched by the editor's thread only; what crosses threads is behind a `Mutex`
/// or in `TerminalInput`'s wake pipe.
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
    private let onInterrupt: @Sendable (Int) -> Void
    private let wakePipe: WakePipe
    private let requests = Mutex<[Request]>([])
    private let isCancelled = Mutex(false)
    private let terminalChanges = Mutex<Set<Int32>>([])

    // Touched by the editor's thread only.
    private var input: TerminalInput
    private var editor: OpaquePointer?
    private var historyHandle: OpaquePointer?
    private var promptText = ""
    private var promptBuffer: UnsafeMutablePointer<CChar>?
    private var wasInterrupted = false
    private var linesRead = 0

    /// - Parameters:
    ///   - history: lines of earlier sittings, oldest first.
    ///   - complete: candidates for the text before the cursor.
    ///   - onInterrupt: Ctrl-C while no line is being edited; gets the number of lines read until then. Called on the
    ///     editor's thread.
    /// - Returns: nil where libedit cannot work (no terminal, `TERM=dumb`): read plain lines then.
    init?(
        output: OutputQueue, history: [String], complete: @escaping @Sendable (String) -> [String],
        onInterrupt: @escaping @Sendable (Int) -> Void
    ) {
        guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1, let term = getenv("TERM"),
            !["", "dumb"].contains(String(cString: term)), let wakePipe = WakePipe()
        else { return nil }
        self.wakePipe = wakePipe
        self.output = output
        self.complete = complete
        self.onInterrupt = onInterrupt
        input = TerminalInput(wakePipe: wakePipe)
        // A new window size, or another program that had the terminal while we were stopped.
        for number in [SIGWINCH, SIGCONT] {
            Signals.shared.observe(number) { [self] in
                terminalChanges.withLock { _ = $0.insert(number) }
                wakePipe.wake()
            }
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
                wakePipe.wake()
            }
        } onCancel: {
            isCancelled.withLock { $0 = true }
            wakePipe.wake()
        }
    }

    // MARK: The editor's thread

    private func work(_ history: [String]) {
        // The thread that started us blocks most signals. These stop us, and a read in the background must do so, too.
        var raised = sigset_t()
        sigemptyset(&raised)
        for number in [SIGTSTP, SIGTTIN, SIGTTOU] { sigaddset(&raised, number) }
        pthread_sigmask(SIG_UNBLOCK, &raised, nil)
        Self.useUTF8()
        let editor = pika_el_init("pikachat")
        if let editor {
            self.editor = editor
            historyHandle = history_init()
            if let historyHandle {
                _ = pika_history_setsize(historyHandle, Int32(History.limit))
                _ = pika_history_setunique(historyHandle, 1)
                for line in history { _ = pika_history_enter(historyHandle, line) }
                _ = pika_el_set_hist(editor, historyHandle)
            }
            configure(editor)
        }
        while true {
            if let request = requests.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
                let line = editor == nil ? .endOfInput : read(request.prompt)
                linesRead += 1
                request.continuation.resume(returning: line)
            } else {
                listen()
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
        _ = pika_el_addfn(editor, "pika-suspend", "stops the program until fg") { editor, _ in
            LineEditor.of(editor)?.suspend()
            return UInt8(CC_REDISPLAY)
        }
        _ = pika_el_addfn(editor, "pika-quit", "ends the program at once") { _, _ in
            kill(getpid(), SIGQUIT)
            return UInt8(CC_NORM)
        }
        _ = pika_el_addfn(editor, "pika-complete", "completes the word") { editor, _ in
            LineEditor.of(editor)?.completeWord() ?? UInt8(CC_ERROR)
        }
        // libedit's modes for editing (-d) and for running commands (-x), made one.
        _ = pika_el_setty(editor, "-d", "-isig")
        for flag in ["-isig", "-icanon", "-echo", "-iexten"] { _ = pika_el_setty(editor, "-x", flag) }
        TerminalModes.keep()
        _ = pika_el_bind(editor, "^C", "pika-interrupt")
        _ = pika_el_bind(editor, "^Z", "pika-suspend")
        _ = pika_el_bind(editor, #"\034"#, "pika-quit")
        _ = pika_el_bind(editor, "^I", "pika-complete")
        _ = pika_el_bind(editor, "^R", "em-inc-search-prev")
        // libedit binds NUL to whatever the terminal has no key for, quoted-insert in the end.
        _ = pika_el_bind(editor, "^@", "em-set-mark")
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
        output.beginEditing { [wakePipe] in wakePipe.wake() }
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

    /// Between two lines: waits for a request, and sees to the keys that must not wait for one.
    private func listen() {
        switch input.nextKey() {
        case nil: adoptTerminal()
        case .interrupt: onInterrupt(linesRead)
        case .suspend: suspend()
        case .quit: kill(getpid(), SIGQUIT)
        }
    }

    /// One character from the terminal, printing what waits meanwhile. 1, or 0 at the end of input.
    private func nextCharacter(into character: UnsafeMutablePointer<wchar_t>) -> Int32 {
        while true {
            // Looked at before every wait: the wake-up call may have been heard between two lines already.
            if isCancelled.withLock({ $0 }) {
                wasInterrupted = true
                return 0
            }
            switch input.next() {
            case .character(let scalar):
                character.pointee = wchar_t(bitPattern: scalar.value)
                return 1
            case .end: return 0
            case .woken: printWaiting()
            }
        }
    }

    /// Ctrl-Z: the terminal as it was, until somebody brings us back.
    private func suspend() {
        TerminalModes.restore()
        raise(SIGTSTP)
        TerminalModes.reapply()
    }

    /// After a change of the window or a stop; true when somebody else wrote to the terminal meanwhile.
    @discardableResult
    private func adoptTerminal() -> Bool {
        let changes = terminalChanges.withLock { changes in
            defer { changes = [] }
            return changes
        }
        guard !changes.isEmpty else { return false }
        TerminalModes.reapply()
        el_resize(editor)
        return changes.contains(SIGCONT)
    }

    /// Takes the line down, prints, puts it up again; what is typed stays.
    private func printWaiting() {
        let wasAway = adoptTerminal()
        var text = output.takeWaiting()
        guard !text.isEmpty else {
            if wasAway {
                fputsToTerminal(LineEraser.sequence(rowsAbove: 0))
                _ = pika_el_refresh(editor)
            }
            return
        }
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
