import Foundation
import Synchronization

/// A terminal's modes: as they were when we came, and as the editor has them.
final class TerminalModes: Sendable {
    private let descriptor: Int32
    private let before: termios?
    private let ours = Mutex<termios?>(nil)
    private let isSilent = Mutex(false)

    init(descriptor: Int32) {
        self.descriptor = descriptor
        before = Self.modes(of: descriptor)
    }

    /// The modes in force now are the editor's.
    func keep() {
        ours.withLock { $0 = Self.modes(of: descriptor) }
        setBracketedPaste(true)
    }

    /// What is typed meanwhile does not appear; a signal that ends the process gives the echo back with `restore`.
    func withoutEcho<Value>(_ body: () -> Value) -> Value {
        guard var silent = before else { return body() }
        silent.c_lflag &= ~tcflag_t(ECHO)
        isSilent.withLock { $0 = true }
        set(silent)
        defer {
            if let before { set(before) }
            isSilent.withLock { $0 = false }
        }
        return body()
    }

    /// Back to what was before, if the editor changed it.
    func restore() {
        if isSilent.withLock({ $0 }), let before { set(before) }
        guard ours.withLock({ $0 != nil }), let before else { return }
        set(before)
        setBracketedPaste(false)
    }

    /// The editor's modes again, after somebody else had the terminal.
    func reapply() {
        guard let modes = ours.withLock({ $0 }) else { return }
        set(modes)
        setBracketedPaste(true)
    }

    /// Whether the terminal marks what is pasted (DEC private mode 2004).
    private func setBracketedPaste(_ isOn: Bool) {
        let bytes = Array("\u{1b}[?2004\(isOn ? "h" : "l")".utf8)
        _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    }

    private static func modes(of descriptor: Int32) -> termios? {
        var modes = termios()
        return tcgetattr(descriptor, &modes) == 0 ? modes : nil
    }

    private func set(_ modes: termios) {
        var modes = modes
        // A process in the background would be stopped for asking; a terminal that does not control us has no such say.
        let foreground = tcgetpgrp(descriptor)
        guard foreground == -1 || foreground == getpgrp() else { return }
        tcsetattr(descriptor, TCSANOW, &modes)
    }
}
