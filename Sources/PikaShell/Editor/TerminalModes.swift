import Foundation
import Synchronization

/// The terminal's modes: as they were when the process started, and as the editor has them.
enum TerminalModes {
    private static let before = modes()
    private static let ours = Mutex<termios?>(nil)

    /// Call once before anything changes them.
    static func remember() { _ = before }

    /// Keeps the modes that are in force now, the editor's, and sees that the process does not end with them.
    static func keep() {
        ours.withLock { $0 = modes() }
        atexit { TerminalModes.restore() }
    }

    /// Back to what was before, if the editor changed it.
    static func restore() {
        guard ours.withLock({ $0 != nil }), let before else { return }
        set(before)
    }

    /// The editor's modes again, after somebody else had the terminal.
    static func reapply() {
        guard let modes = ours.withLock({ $0 }) else { return }
        set(modes)
    }

    private static func modes() -> termios? {
        var modes = termios()
        return tcgetattr(STDIN_FILENO, &modes) == 0 ? modes : nil
    }

    private static func set(_ modes: termios) {
        var modes = modes
        // A process in the background would be stopped for asking.
        guard tcgetpgrp(STDIN_FILENO) == getpgrp() else { return }
        tcsetattr(STDIN_FILENO, TCSANOW, &modes)
    }
}
