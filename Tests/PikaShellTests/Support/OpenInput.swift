import Foundation
import PikaShell
import TestSupport

/// A terminal whose input is a pipe that a test writes to when it likes.
final class OpenInput: Sendable {
    let terminal: Terminal
    private let input: (read: Int32, write: Int32)
    private let output: Int32
    private let shown = Collector()

    init() throws {
        input = try Spawned.pipe()
        let ends = try Spawned.pipe()
        output = ends.write
        terminal = Terminal(input: input.read, output: output, error: output, environment: [:])
        let shown = shown
        Spawned.follow(ends.read) { shown.add($0, isEnd: $1) }
    }

    /// The reading end of the output closes whoever follows it.
    deinit { for end in [input.read, input.write, output] { close(end) } }

    func type(_ text: String) {
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { write(input.write, $0.baseAddress, $0.count) }
    }

    func waitFor(_ part: String) async -> Bool { await shown.wait(for: part, limit: .seconds(20)) }

    /// Returns once somebody has read all that was typed, and had time to make something of it.
    func isRead() async {
        var count: Int32 = 1
        while ioctl(input.read, UInt(FIONREAD), &count) == 0, count > 0 { await Task.yield() }
        for _ in 0..<1000 { await Task.yield() }
    }
}
