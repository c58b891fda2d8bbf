import Foundation
import TestSupport

/// The binary in a pseudo-terminal of its own session, so that Ctrl-C is a real one.
final class Terminal: @unchecked Sendable {
    // Used by one test; `screen` has its own synchronisation.
    private let process = Process()
    private let master: FileHandle
    private let state: TemporaryDirectory
    private let screen = Collector()

    init(
        _ arguments: [String], environment extra: [String: String] = [:],
        state: TemporaryDirectory = TemporaryDirectory()
    ) throws {
        self.state = state
        var (masterEnd, slaveEnd): (Int32, Int32) = (0, 0)
        var size = winsize(ws_row: 24, ws_col: 100, ws_xpixel: 0, ws_ypixel: 0)
        guard openpty(&masterEnd, &slaveEnd, nil, nil, &size) == 0 else { throw CocoaError(.fileNoSuchFile) }
        _ = fcntl(masterEnd, F_SETFD, FD_CLOEXEC)
        master = FileHandle(fileDescriptor: masterEnd, closeOnDealloc: true)
        let slave = FileHandle(fileDescriptor: slaveEnd, closeOnDealloc: true)
        process.executableURL = URL(fileURLWithPath: "/usr/bin/setsid")
        process.arguments = ["--ctty", "--wait", Pikachat.path] + arguments
        process.environment = Pikachat.environment(["TERM": "xterm"].merging(extra) { $1 }, state: state)
        process.currentDirectoryURL = URL(fileURLWithPath: state.path)
        process.standardInput = slave
        process.standardOutput = slave
        process.standardError = slave
        try process.run()
        try slave.close()
        let (screen, descriptor) = (screen, masterEnd)
        let thread = Thread {
            var buffer = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = read(descriptor, &buffer, buffer.count)
                if count > 0 { screen.add(Array(buffer.prefix(count)), isEnd: false) } else { break }
            }
            screen.add([], isEnd: true)
        }
        thread.start()
    }

    var text: String { screen.text }

    func type(_ text: String) throws { try master.write(contentsOf: Data(text.utf8)) }

    func waitFor(_ part: String, limit: Duration = .seconds(20)) async -> Bool {
        await screen.wait(for: part, limit: limit)
    }

    /// Types a line and waits for what it brings.
    func enter(_ line: String, expecting part: String) async throws -> Bool {
        try type(line + "\r")
        return await waitFor(part)
    }

    func exitStatus(limit: Duration = .seconds(20)) async -> Int32 {
        let ended = await screen.waitForEnd(limit: limit)
        if !ended { kill(process.processIdentifier, SIGKILL) }
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { [process] in
                process.waitUntilExit()
                continuation.resume()
            }
        }
        return ended ? process.terminationStatus : -1
    }
}
