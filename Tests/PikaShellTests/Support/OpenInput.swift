import Foundation
import PikaShell
import TestSupport

/// A terminal whose input is a pipe that a test writes to when it likes.
final class OpenInput: Sendable {
    let terminal: Terminal
    private let input: (read: Int32, write: Int32)
    private let output: (read: Int32, write: Int32)
    private let shown = Collector()

    init() throws {
        input = try Spawned.pipe()
        output = try Spawned.pipe()
        terminal = Terminal(input: input.read, output: output.write, error: output.write, environment: [:])
        let shown = shown
        Spawned.follow(output.read) { shown.add($0, isEnd: $1) }
    }

    deinit { for end in [input.read, input.write, output.read, output.write] { close(end) } }

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
