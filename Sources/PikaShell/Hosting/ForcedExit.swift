import AgentCore
import Foundation

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
