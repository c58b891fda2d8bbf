import Foundation
import Vocabulary

/// A program in a pseudo-terminal of its own session, so that Ctrl-C is a real one.
package final class TerminalProgram: Sendable {
    private let spawned: Spawned
    private let master: Int32
    private let slavePath: String
    private let directory: TemporaryDirectory
    private let screen = Collector()
    private let columns: Int
    private let rows: Int

    /// - Parameters:
    ///   - arguments: the program's path, then its arguments.
    ///   - environment: the whole environment; `TERM` is xterm unless it says something else.
    ///   - directory: the current one; it lives as long as this does.
    package init(
        running arguments: [String], environment: [String: String],
        directory: TemporaryDirectory = TemporaryDirectory(), columns: Int = 100, rows: Int = 24
    ) throws {
        self.directory = directory
        (self.columns, self.rows) = (columns, rows)
        var (masterEnd, slaveEnd): (Int32, Int32) = (0, 0)
        var size = winsize(
            ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        guard openpty(&masterEnd, &slaveEnd, nil, nil, &size) == 0 else { throw POSIXError(.EMFILE) }
        for end in [masterEnd, slaveEnd] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        master = masterEnd
        spawned = try Spawned(
            ["/usr/bin/setsid", "--ctty", "--wait"] + arguments,
            environment: ["TERM": "xterm"].merging(environment) { $1 }, directory: directory.path,
            descriptors: (slaveEnd, slaveEnd, slaveEnd))
        slavePath = ttyname(slaveEnd).map { String(cString: $0) } ?? ""
        close(slaveEnd)
        let screen = screen
        Spawned.follow(fcntl(masterEnd, F_DUPFD_CLOEXEC, 0)) { screen.add($0, isEnd: $1) }
    }

    deinit { close(master) }

    package var text: String { screen.text }

    /// What the terminal shows at this moment.
    package var shown: Screen {
        var shown = Screen(columns: columns, rows: rows)
        shown.feed(screen.text)
        return shown
    }

    /// Waits until a row of the screen is as wanted.
    package func waitForRow(_ test: @escaping @Sendable (String) -> Bool, limit: Duration = .seconds(20))
        async -> Bool
    {
        await screen.wait(
            limit,
            until: { text in
                var shown = Screen(columns: self.columns, rows: self.rows)
                shown.feed(text)
                return shown.rows.contains(where: test)
            })
    }

    package func type(_ text: String) throws { try type(bytes: Array(text.utf8)) }

    package func type(bytes: [UInt8]) throws {
        let written = bytes.withUnsafeBytes { write(master, $0.baseAddress, $0.count) }
        guard written == bytes.count else { throw POSIXError(.EIO) }
    }

    /// Returns once the program has read everything that was typed.
    package func isTaken() async -> Bool {
        let end = ContinuousClock.now + .seconds(20)
        var count: Int32 = 1
        let slave = open(slavePath, O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard slave >= 0 else { return false }
        defer { close(slave) }
        while ContinuousClock.now < end {
            // What its reader has not taken yet.
            guard ioctl(slave, UInt(FIONREAD), &count) == 0 else { return false }
            if count == 0 { return true }
            await Task.yield()
        }
        return false
    }

    /// To the program itself: setsid is its parent.
    package func signal(_ number: Int32) {
        let foreground = tcgetpgrp(master)
        if foreground > 0 { kill(-foreground, number) }
    }

    package func waitFor(_ part: String, limit: Duration = .seconds(20)) async -> Bool {
        await screen.wait(for: part, limit: limit)
    }

    /// Types a line and waits for what it brings.
    package func enter(_ line: String, expecting part: String) async throws -> Bool {
        try type(line + "\r")
        return await waitFor(part)
    }

    /// Echo, line mode, signals: `c_lflag`.
    package var localModes: tcflag_t {
        var modes = termios()
        return tcgetattr(master, &modes) == 0 ? modes.c_lflag : 0
    }

    package func exitStatus(limit: Duration = .seconds(20)) async -> Int32 {
        let spawned = spawned
        let status = try? await withDeadline(limit, clock: ContinuousClock()) { await spawned.exitStatus() }
        if status == nil { spawned.signal(SIGKILL) }
        _ = await screen.waitForEnd(limit: .seconds(10))
        return (status ?? nil) ?? -1
    }
}
