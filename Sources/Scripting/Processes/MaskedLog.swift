import Foundation
import Vocabulary

/// What a program prints, on its way into its log: no secret gets into the file. Read by a thread of its own, in whole lines where they come
/// in time.
final class MaskedLog: Sendable {
    /// A longer line is written in parts.
    private static let longestLineBytes = 64 << 10
    /// How long the rest of a line is waited for.
    private static let patienceMilliseconds: Int32 = 100

    /// What the program writes to.
    let input: Int32
    private let output: Int32
    private let file: Int32
    private let masking: Masking
    /// Sent through the pipe behind everything that the program wrote.
    private let endMark = [0] + Array(UUID().uuidString.utf8) + [0]
    private let isWritten = DispatchSemaphore(value: 0)

    /// - Parameter path: created anew, mode 0600.
    /// - Throws: `Failure` (require).
    init(path: String, masking: Masking) throws {
        self.masking = masking
        file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw Failure(.require, "cannot write \(path): \(String(cString: strerror(errno)))")
        }
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            close(file)
            throw Failure(.require, "cannot make a pipe: \(String(cString: strerror(errno)))")
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        (output, input) = (ends[0], ends[1])
        let thread = Thread { self.copy() }
        thread.start()
    }

    /// Returns when all that the program wrote is in the file. What programs that it left behind write, follows. Call once.
    func finish() {
        _ = endMark.withUnsafeBytes { write(input, $0.baseAddress, $0.count) }
        close(input)
        isWritten.wait()
    }

    private func copy() {
        var pending: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            if !pending.isEmpty, !hasMore() { flush(&pending, pending.count) }
            let count = read(output, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            pending += buffer[..<count]
            if let mark = pending.firstRange(of: endMark) {
                pending.removeSubrange(mark)
                flush(&pending, pending.count)
                isWritten.signal()
            } else if let end = pending.lastIndex(of: 10) {
                flush(&pending, end + 1)
            } else if pending.count > Self.longestLineBytes {
                // The end mark may be half here.
                flush(&pending, pending.count - endMark.count)
            }
        }
        flush(&pending, pending.count)
        close(output)
        close(file)
    }

    private func hasMore() -> Bool {
        var poll = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
        return Foundation.poll(&poll, 1, Self.patienceMilliseconds) > 0
    }

    /// A log that cannot be written must not stop the program.
    private func flush(_ pending: inout [UInt8], _ count: Int) {
        guard count > 0 else { return }
        let text = String(decoding: pending[..<count], as: UTF8.self)
        let masked = masking.mask(text)
        // What is no text is left as it is.
        let bytes = masked == text ? Array(pending[..<count]) : Array(masked.utf8)
        pending.removeFirst(count)
        _ = bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
    }
}
