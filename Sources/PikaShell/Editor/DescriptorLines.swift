import Foundation

/// Splits what a descriptor delivers into lines; blocks its thread.
struct DescriptorLines {
    private let descriptor: Int32
    private let wakePipe: WakePipe?
    private let limitBytes: Int
    private var buffer: [UInt8] = []
    /// What comes up to the next line end belongs to a line that was too long.
    private var isSkipping = false

    /// - Parameters:
    ///   - wakePipe: ends a wait.
    ///   - limitBytes: a line that is longer is not held, whoever writes it: it may have no end.
    init(descriptor: Int32, wakePipe: WakePipe?, limitBytes: Int = 1 << 20) {
        (self.descriptor, self.wakePipe, self.limitBytes) = (descriptor, wakePipe, limitBytes)
    }

    /// The next line without its line end. (At a terminal, Ctrl-D ends one line, and not all that come after it.)
    mutating func next() -> TypedLine {
        var searched = 0
        while true {
            if isSkipping {
                if let end = buffer.firstIndex(of: 10) {
                    buffer.removeFirst(end + 1)
                    isSkipping = false
                } else {
                    buffer = []
                }
            }
            if !isSkipping, let end = buffer[searched...].firstIndex(of: 10) {
                var line = buffer[..<end]
                if line.last == 13 { line.removeLast() }
                defer { buffer.removeFirst(end + 1) }
                return line.count > limitBytes
                    ? .tooLong(limitBytes) : .text(String(decoding: line, as: UTF8.self))
            }
            if buffer.count > limitBytes {
                (buffer, isSkipping) = ([], true)
                return .tooLong(limitBytes)
            }
            searched = buffer.count
            guard let more = Self.read(descriptor, wakePipe), !more.isEmpty else {
                defer { buffer = [] }
                return buffer.isEmpty ? .endOfInput : .text(String(decoding: buffer, as: UTF8.self))
            }
            buffer += more
        }
    }

    /// Everything up to the end of input.
    ///
    /// - Returns: nil when there is more than `limitBytes`.
    static func all(of descriptor: Int32, limitBytes: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        while let more = read(descriptor, nil), !more.isEmpty {
            bytes += more
            if bytes.count > limitBytes { return nil }
        }
        return bytes
    }

    /// - Returns: empty at the end of input, nil when woken.
    private static func read(_ descriptor: Int32, _ wakePipe: WakePipe?) -> [UInt8]? {
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            if let wakePipe {
                var polled = [
                    pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
                    pollfd(fd: wakePipe.descriptor, events: Int16(POLLIN), revents: 0),
                ]
                guard poll(&polled, 2, -1) >= 0 else { continue }
                if polled[1].revents != 0 { return nil }
            }
            let count = Foundation.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            return Array(chunk.prefix(max(0, count)))
        }
    }
}
