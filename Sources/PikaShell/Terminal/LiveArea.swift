import Foundation
import Synchronization

/// Lines at the bottom of a terminal that are drawn anew again and again, below everything else that is printed.
final class LiveArea: Sendable {
    private let terminal: Terminal
    private let stream: Terminal.Stream
    private let descriptor: Int32
    private let shown = Mutex<[String]>([])

    init(_ terminal: Terminal, _ stream: Terminal.Stream, descriptor: Int32) {
        (self.terminal, self.stream, self.descriptor) = (terminal, stream, descriptor)
    }

    private var size: (columns: Int, rows: Int) {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return (80, 24)
        }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// How many lines fit beside what is printed above them.
    var rows: Int { max(1, min(16, size.rows / 2)) }

    /// Replaces the lines; none takes the area away.
    func show(_ lines: [String]) {
        let width = size.columns - 1
        shown.withLock { shown in
            let fitting = lines.map { DisplayWidth.cut(terminal.harmless($0), to: width) }
            guard fitting != shown else { return }
            terminal.writer.write(
                Self.erase(shown.count) + fitting.map { $0 + "\n" }.joined(), to: stream)
            shown = fitting
        }
    }

    /// Prints something above the lines.
    func above(_ print: () -> Void) {
        shown.withLock { shown in
            terminal.writer.write(Self.erase(shown.count), to: stream)
            print()
            terminal.writer.write(shown.map { $0 + "\n" }.joined(), to: stream)
        }
    }

    private static func erase(_ count: Int) -> String { count == 0 ? "" : "\u{1b}[\(count)A\r\u{1b}[J" }
}

extension Terminal {
    /// Nil where the stream is no terminal that can move its cursor.
    func liveArea(on stream: Stream) -> LiveArea? {
        let descriptor = stream == .output ? output : error
        guard type != nil, isatty(descriptor) == 1 else { return nil }
        return LiveArea(self, stream, descriptor: descriptor)
    }
}
