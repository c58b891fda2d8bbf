import Foundation
import PikaShell
import TestSupport

/// A shell's terminal within this process: we type, and see what it prints.
final class PseudoTerminal: Sendable {
    let terminal: Terminal
    private let master: Int32
    private let slave: Int32
    private let screen = Collector()

    init() throws {
        var (masterEnd, slaveEnd): (Int32, Int32) = (0, 0)
        var size = winsize(ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0)
        guard openpty(&masterEnd, &slaveEnd, nil, nil, &size) == 0 else { throw POSIXError(.EMFILE) }
        for end in [masterEnd, slaveEnd] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        (master, slave) = (masterEnd, slaveEnd)
        terminal = Terminal(
            input: slaveEnd, output: slaveEnd, error: slaveEnd, environment: ["TERM": "xterm"])
        let screen = screen
        Spawned.follow(fcntl(masterEnd, F_DUPFD_CLOEXEC, 0)) { screen.add($0, isEnd: $1) }
    }

    deinit {
        close(slave)
        close(master)
    }

    var text: String { screen.text }

    func type(_ text: String) throws {
        let bytes = Array(text.utf8)
        guard bytes.withUnsafeBytes({ write(master, $0.baseAddress, $0.count) }) == bytes.count else {
            throw POSIXError(.EIO)
        }
    }

    func waitFor(_ part: String) async -> Bool { await screen.wait(for: part, limit: .seconds(20)) }

    /// Echo, line mode, signals: `c_lflag`.
    var localModes: tcflag_t {
        var modes = termios()
        return tcgetattr(slave, &modes) == 0 ? modes.c_lflag : 0
    }
}
