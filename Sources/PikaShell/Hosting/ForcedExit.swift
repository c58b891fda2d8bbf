import AgentCore
import Foundation

/// The terminal's modes as they were, for an exit in the middle of editing.
enum TerminalModes {
    private static let saved: termios? = {
        var modes = termios()
        return tcgetattr(STDIN_FILENO, &modes) == 0 ? modes : nil
    }()

    /// Call once before anything changes them.
    static func remember() { _ = saved }

    static func restore() {
        guard var modes = saved else { return }
        tcsetattr(STDIN_FILENO, TCSANOW, &modes)
    }
}

/// A second press of Ctrl-C: ends at once, saying what is left behind. Takes no lock that output could hold.
enum ForcedExit {
    static func now(status: Int32, leaving commands: [String]) -> Never {
        ChildProcess.killAll()
        TerminalModes.restore()
        let text = "\ninterrupted again: cleanup was skipped" + commands.map { "\n  \($0)" }.joined() + "\n"
        // Non-blocking: the reader of stderr may be the one that has stopped.
        _ = fcntl(STDERR_FILENO, F_SETFL, fcntl(STDERR_FILENO, F_GETFL) | O_NONBLOCK)
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
        _exit(status)
    }
}
