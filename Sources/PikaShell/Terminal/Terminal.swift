import Foundation
import Scripting
import Synchronization
import Vocabulary

/// Where a shell reads and writes: three descriptors, and the one place where text is made fit to be seen. Whatever is printed passes
/// `line`, `block` or the line editor: secrets are masked there, and control characters made visible.
///
/// ```swift
/// let terminal = Terminal(input: 0, output: 1, error: 2, environment: ProcessInfo.processInfo.environment)
/// terminal.line("ready")
/// await terminal.drain()
/// ```
public final class Terminal: Sendable {
    /// Standard output, for answers, and the error stream, for everything else.
    public enum Stream: Sendable { case output, error }

    /// How a text stands out, where the terminal can show it.
    public enum Style: String, Sendable {
        /// As the terminal shows text anyway.
        case plain = ""
        /// For what is going on, and times.
        case dim = "2"
        /// For titles.
        case bold = "1"
        /// For failures.
        case red = "31"
    }

    let input: Int32
    let output: Int32
    let error: Int32
    /// `TERM`: what the terminal can do; nil where nobody said.
    let type: String?
    /// Whether styles are shown.
    public let usesColor: Bool
    let writer: OutputWriter
    let modes: TerminalModes
    private let maskings = Mutex<[Masking]>([])
    private let changeListeners = Mutex(ChangeListeners())

    private struct ChangeListeners {
        var all: [Int: @Sendable (Change) -> Void] = [:]
        var next = 0
    }

    /// Something that happened to the terminal itself.
    public enum Change: Sendable {
        /// The window has another size.
        case resized
        /// We are in the foreground again; somebody else may have written to it meanwhile.
        case resumed
    }

    /// - Parameters:
    ///   - environment: `TERM` and `NO_COLOR` are read from it.
    ///   - usesColor: nil uses colours where both streams are terminals that can show them.
    public init(
        input: Int32, output: Int32, error: Int32, environment: [String: String], usesColor: Bool? = nil
    ) {
        (self.input, self.output, self.error) = (input, output, error)
        type = environment["TERM"].flatMap { ["", "dumb"].contains($0) ? nil : $0 }
        self.usesColor =
            usesColor
            ?? ((environment["NO_COLOR"] ?? "").isEmpty && isatty(output) == 1 && isatty(error) == 1
                && environment["TERM"].map { !["", "dumb"].contains($0) } ?? false)
        writer = OutputWriter(output: output, error: error)
        modes = TerminalModes(descriptor: input)
    }

    /// The process's own: descriptors 0, 1 and 2. A new one each time; a program wants one.
    public static var standard: Terminal {
        Terminal(
            input: STDIN_FILENO, output: STDOUT_FILENO, error: STDERR_FILENO,
            environment: ProcessInfo.processInfo.environment)
    }

    /// Whether a person sits at it: input and output are a terminal.
    public var isInteractive: Bool { isatty(input) == 1 && isatty(output) == 1 }

    /// For a protocol of whole lines: the descriptors themselves, for somebody who lets nothing else be written to the output.
    package var descriptors: (input: Int32, output: Int32) { (input, output) }

    /// From now on these secrets are masked, too.
    public func mask(with masking: Masking) {
        maskings.withLock { list in if !list.contains(where: { $0 === masking }) { list.append(masking) } }
    }

    // MARK: Writing

    /// Prints one line. Line ends in the text are shown as a sign: text from outside cannot forge a line.
    ///
    /// - Parameter lead: comes first, each part in a style of its own.
    public func line(
        _ text: String, _ style: Style = .plain, lead: [(text: String, style: Style)] = [],
        to stream: Stream = .output
    ) {
        writer.write(
            shown(lead).styled + styled(VisibleText.line(masked(text)), style) + "\n", to: stream)
    }

    /// Prints several lines; those after the first are indented as far as `lead` reaches.
    public func block(
        _ text: String, _ style: Style = .plain, lead: [(text: String, style: Style)] = [],
        to stream: Stream = .output
    ) {
        let lead = shown(lead)
        let indent = String(repeating: " ", count: lead.plain.count)
        let lines = VisibleText.block(masked(text)).split(separator: "\n", omittingEmptySubsequences: false)
        let body = lines.enumerated().map { number, line in
            (number == 0 ? lead.styled : indent) + styled(String(line), style)
        }
        writer.write(body.joined(separator: "\n") + "\n", to: stream)
    }

    /// Shows how far something is in a line below everything else, in the place of the one before.
    ///
    /// - Parameter text: nil takes the line away.
    /// - Returns: false where the error stream is no terminal that can do that.
    @discardableResult
    func status(_ text: String?) -> Bool {
        guard type != nil, isatty(error) == 1 else { return false }
        guard let text else {
            writer.setStatus(nil, on: error)
            return true
        }
        let line = "  " + DisplayWidth.cut(VisibleText.line(masked(text)), to: columns - 3)
        writer.setStatus(styled(line, .dim), width: DisplayWidth.columns(of: line), on: error)
        return true
    }

    /// Columns of the window; 80 where there is none.
    var columns: Int {
        var size = winsize()
        return ioctl(error, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
    }

    /// A whole report, made for programs: each of its lines as it is, without secrets.
    package func report(_ text: String) { writer.write(masked(text), to: .output) }

    /// GitHub's runner hides `secret` in everything that follows in its log. The one text that leaves with a secret in it: the runner takes
    /// the line away.
    package func tellGitHubToMask(_ secret: String) {
        for line in secret.split(whereSeparator: \.isNewline) where line.count >= Masking.minimumCharacters {
            writer.write("::add-mask::\(line.replacing("%", with: "%25"))\n", to: .output)
        }
    }

    private func shown(_ lead: [(text: String, style: Style)]) -> (plain: String, styled: String) {
        let parts = lead.map { (VisibleText.line(masked($0.text)), $0.style) }
        return (parts.map(\.0).joined(), parts.map { styled($0.0, $0.1) }.joined())
    }

    /// Text in front of a line that is typed; no line end.
    func prompt(_ text: String) { writer.write(VisibleText.line(masked(text)) + " ", to: .error) }

    /// As it would be printed, for the editor, which writes by itself.
    func harmless(_ text: String) -> String { VisibleText.line(masked(text)) }

    func masked(_ text: String) -> String {
        maskings.withLock { $0 }.reduce(text) { $1.mask($0) }
    }

    private func styled(_ text: String, _ style: Style) -> String {
        usesColor && style != .plain && !text.isEmpty ? "\u{1b}[\(style.rawValue)m\(text)\u{1b}[0m" : text
    }

    /// Returns at once, or when a slow reader has taken enough of what was written.
    public func hasRoom() async { await writer.hasRoom() }

    /// Returns when everything is out, also what waits for a line to be edited to its end.
    ///
    /// - Returns: false when some of it was lost.
    public func hasShownAll() async -> Bool {
        await writer.hasShownAll()
        return writer.failure == nil
    }

    /// Returns when everything is written.
    public func drain() async { await writer.drain() }

    /// Why the output did not take what was written, such as a full disk; nil when it did.
    public var failure: String? { writer.failure }

    /// Calls `action` once when nobody reads the output any more; what is written then is lost.
    package func whenReaderIsGone(_ action: @escaping @Sendable () -> Void) {
        writer.whenReaderIsGone(action)
    }

    /// Lines before the process ends at once: nothing waits for them, not even for a reader that has stopped.
    public func lastWords(_ lines: [String]) {
        restore()
        let text = lines.map { VisibleText.line(masked($0)) + "\n" }.joined()
        _ = fcntl(error, F_SETFL, fcntl(error, F_GETFL) | O_NONBLOCK)
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { write(error, $0.baseAddress, $0.count) }
    }

    /// A line that nobody sees being typed.
    ///
    /// - Returns: nil where the input is no terminal.
    package func secretLine(prompt text: String) -> String? {
        guard isatty(input) == 1 else { return nil }
        prompt(text)
        return modes.withoutEcho {
            var bytes: [UInt8] = []
            var byte: UInt8 = 0
            while bytes.count < 4096, read(input, &byte, 1) == 1, byte != 10 { bytes.append(byte) }
            line("", to: .error)
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    // MARK: The terminal itself

    /// Tells the editor of something that only the program can notice: SIGWINCH, SIGCONT.
    public func noticed(_ change: Change) {
        for listener in changeListeners.withLock({ Array($0.all.values) }) { listener(change) }
    }

    /// - Returns: a number for `stopListening`.
    func listen(_ listener: @escaping @Sendable (Change) -> Void) -> Int {
        changeListeners.withLock { listeners in
            listeners.next += 1
            listeners.all[listeners.next] = listener
            return listeners.next
        }
    }

    func stopListening(_ number: Int) { changeListeners.withLock { $0.all[number] = nil } }

    /// Gives the terminal back in the modes in which it was found.
    public func restore() { modes.restore() }
}
