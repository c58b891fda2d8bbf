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
final class LineEditor: LineReading, @unchecked Sendable {
    private struct Request {
        let prompt: String
        let continuation: CheckedContinuation<TypedLine, Never>
    }

    let terminal: Terminal
    let help: any LineHelp
    private let onInterrupt: @Sendable (Int) -> Void
    private let wakePipe: WakePipe
    private let requests = Mutex<[Request]>([])
    let isCancelled = Mutex(false)
    private let isClosed = Mutex(false)
    /// What the history takes in before the next line.
    private let toRemember = Mutex<[String]>([])
    /// Each line is an entry of its own.
    private let remembersLines: Bool
    private let terminalChanges = Mutex<[Terminal.Change]>([])
    /// Finished by the thread as its last act.
    private let (threadEnd, threadEnded) = AsyncStream<Void>.makeStream()

    // Touched by the editor's thread only.
    var input: TerminalInput
    var editor: OpaquePointer?
    private var historyHandle: OpaquePointer?
    var promptText = ""
    private var promptBuffer: UnsafeMutablePointer<CChar>?
    var wasInterrupted = false
    private var linesRead = 0
    /// Columns of the grey text behind the cursor.
    var hintColumns = 0
    /// Nil where nothing is painted, or somebody else has written over it.
    var painted: Painted?

    /// - Parameters:
    ///   - history: lines of earlier sittings, oldest first.
    ///   - help: what may be typed, and how it looks.
    ///   - remembersLines: each line is an entry of the history; otherwise `remember` says what is.
    ///   - onInterrupt: Ctrl-C while no line is being edited; gets the number of lines read until then. Called on the
    ///     editor's thread.
    /// - Returns: nil where libedit cannot work (no terminal, `TERM=dumb`): read plain lines then.
    init?(
        terminal: Terminal, history: [String], help: any LineHelp, remembersLines: Bool = false,
        onInterrupt: @escaping @Sendable (Int) -> Void
    ) {
        guard terminal.isInteractive, terminal.type != nil, let wakePipe = WakePipe() else { return nil }
        self.wakePipe = wakePipe
        self.terminal = terminal
        self.help = help
        self.remembersLines = remembersLines
        self.onInterrupt = onInterrupt
        input = TerminalInput(wakePipe: wakePipe, source: terminal.input)
        let thread = Thread { self.work(history) }
        thread.stackSize = 1 << 20
        thread.start()
    }

    func readLine(prompt: String) async -> TypedLine {
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

    func remember(_ entry: String) { toRemember.withLock { $0.append(entry) } }

    func close() async {
        isClosed.withLock { $0 = true }
        wakePipe.wake()
        let threadEnd = threadEnd
        // Also in a cancelled task, where a stream would end at once.
        await Task { for await _ in threadEnd {} }.value
    }

    // MARK: The editor's thread

    private func work(_ history: [String]) {
        defer { threadEnded.finish() }
        // A new window size, or another program that had the terminal while we were stopped.
        let listener = terminal.listen { [self] change in
            terminalChanges.withLock { $0.append(change) }
            wakePipe.wake()
        }
        defer { terminal.stopListening(listener) }
        // The thread that started us blocks most signals. These stop us, and a read in the background must do so, too.
        var raised = sigset_t()
        sigemptyset(&raised)
        for number in [SIGTSTP, SIGTTIN, SIGTTOU] { sigaddset(&raised, number) }
        pthread_sigmask(SIG_UNBLOCK, &raised, nil)
        let locale = pika_use_utf8_here()
        let streams = [(terminal.input, "r"), (terminal.output, "w"), (terminal.output, "w")].map {
            fdopen(dup($0.0), $0.1)
        }
        let editor = pika_el_init("pikachat", streams[0], streams[1], streams[2])
        if let editor {
            self.editor = editor
            historyHandle = history_init()
            if let historyHandle {
                _ = pika_history_setsize(historyHandle, Int32(HistoryFile.limit))
                _ = pika_history_setunique(historyHandle, 1)
                for line in history { _ = pika_history_enter(historyHandle, line) }
                _ = pika_el_set_hist(editor, historyHandle)
            }
            configure(editor)
        }
        while !isClosed.withLock({ $0 }) {
            if let request = requests.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
                let line = editor == nil ? TypedLine.endOfInput : read(request.prompt)
                linesRead += 1
                request.continuation.resume(returning: line)
            } else {
                listen()
            }
        }
        if let editor { el_end(editor) }
        if let historyHandle { history_end(historyHandle) }
        if let promptBuffer { free(promptBuffer) }
        for stream in streams { if let stream { fclose(stream) } }
        pika_leave_locale(locale)
        terminal.restore()
    }

    static func of(_ editor: OpaquePointer?) -> LineEditor? {
        pika_el_get_clientdata(editor).map { Unmanaged<LineEditor>.fromOpaque($0).takeUnretainedValue() }
    }

    func promptPointer() -> UnsafeMutablePointer<CChar>? {
        if let promptBuffer { free(promptBuffer) }
        promptBuffer = strdup(promptText)
        return promptBuffer
    }

    /// Takes lines into the history.
    private func enter(_ lines: [String]) {
        guard let historyHandle else { return }
        for line in lines where !line.allSatisfy(\.isWhitespace) {
            _ = pika_history_enter(historyHandle, line)
        }
    }

    private func read(_ prompt: String) -> TypedLine {
        enter(
            toRemember.withLock { lines in
                defer { lines = [] }
                return lines
            })
        promptText = decorated(prompt)
        painted = nil
        wasInterrupted = false
        terminal.writer.beginEditing { [wakePipe] in wakePipe.wake() }
        defer { terminal.writer.endEditing() }
        var count: Int32 = 0
        let line = el_gets(editor, &count)
        guard count > 0, let line else {
            // The cursor still stands behind the cleared or ended line.
            writeToTerminal(wasInterrupted ? "^C\n" : "\n")
            return wasInterrupted ? .interrupted : .endOfInput
        }
        var text = String(cString: line)
        while let last = text.unicodeScalars.last, last == "\n" || last == "\r" {
            text.unicodeScalars.removeLast()
        }
        if remembersLines { enter([text]) }
        return .text(PastedText.lines(in: text))
    }

    /// Between two lines: waits for a request, and sees to the keys that must not wait for one.
    private func listen() {
        switch input.nextKey() {
        case nil: if !takeTerminalChanges().isEmpty { el_resize(editor) }
        case .interrupt: onInterrupt(linesRead)
        case .suspend: suspend()
        case .quit: quit()
        }
    }

    /// One character from the terminal, printing what waits meanwhile. 1, or 0 at the end of input.
    func nextCharacter(into character: UnsafeMutablePointer<wchar_t>) -> Int32 {
        while true {
            // Looked at before every wait: the wake-up call may have been heard between two lines already.
            if isCancelled.withLock({ $0 }) {
                interruptLine()
                return 0
            }
            if !input.hasTyped { decorate() }
            let event = input.next()
            undecorate()
            switch event {
            case .character(let scalar):
                character.pointee = wchar_t(bitPattern: scalar.value)
                return 1
            case .end: return 0
            case .woken: printWaiting()
            }
        }
    }

    /// Ctrl-Z: the terminal as it was, until somebody brings us back.
    func suspend() {
        terminal.modes.restore()
        raise(SIGTSTP)
        terminal.modes.reapply()
    }

    /// Ctrl-\: the signal usually ends the process here, and then nobody else gives the terminal back.
    func quit() {
        terminal.modes.restore()
        kill(getpid(), SIGQUIT)
    }

    /// After a change of the window, or a stop.
    private func takeTerminalChanges() -> [Terminal.Change] {
        let changes = terminalChanges.withLock { changes in
            defer { changes = [] }
            return changes
        }
        if !changes.isEmpty { terminal.modes.reapply() }
        return changes
    }

    /// Takes the line down, prints, puts it up again; what is typed stays.
    func printWaiting() {
        let changes = takeTerminalChanges()
        var text = terminal.writer.takeWaiting()
        guard !text.isEmpty || !changes.isEmpty else { return }
        if !text.isEmpty, !text.hasSuffix("\n") { text += "\n" }
        // Somebody else has written since: the cursor is on no row of ours. After a resize the rows are those of the new width.
        let rows = changes.contains(.resumed) ? 0 : rowsAboveCursor
        writeToTerminal(LineEraser.sequence(rowsAbove: rows) + text)
        if !changes.isEmpty { el_resize(editor) }
        painted = nil
        _ = pika_el_refresh(editor)
    }

    /// Width without colour sequences, which stand between U+0001 characters.
    static func columns(of prompt: String) -> Int { widths(of: prompt).reduce(0, +) }

    /// Of each character that takes columns.
    static func widths(of prompt: String) -> [Int] {
        var isEscape = false
        var widths: [Int] = []
        for scalar in prompt.unicodeScalars {
            if scalar == "\u{1}" {
                isEscape.toggle()
            } else if !isEscape, case let width = Int(pika_wcwidth(wchar_t(scalar.value))), width > 0 {
                widths.append(width)
            }
        }
        return widths
    }

    /// The prompt stands out where the terminal has colours; libedit wants their sequences between U+0001, and something visible last.
    private func decorated(_ prompt: String) -> String {
        let text = terminal.harmless(prompt)
        guard terminal.usesColor, text.contains(" ") else { return text + " " }
        return "\u{1}\u{1b}[1m\u{1}\(text)\u{1}\u{1b}[0m\u{1} "
    }

    func writeToTerminal(_ text: String) {
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { write(terminal.output, $0.baseAddress, $0.count) }
    }
}
