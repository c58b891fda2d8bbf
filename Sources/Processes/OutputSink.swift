import Foundation
import Vocabulary

/// Where a program's output goes: into memory, or masked into a file. Used by the program's own thread only.
final class OutputSink: @unchecked Sendable {
    private let limitBytes: Int
    private let masking: Masking?
    private let descriptor: Int32
    /// The last line of the log, which masking must see whole.
    private var line: [UInt8] = []
    private var written = 0
    private(set) var output: [UInt8] = []
    private(set) var error: [UInt8] = []
    private(set) var isCut = false

    init(limitBytes: Int) {
        self.limitBytes = limitBytes
        (masking, descriptor) = (nil, -1)
    }

    /// - Throws: `Failure` (require) for a file that cannot be written.
    init(path: String, limitBytes: Int, masking: Masking) throws {
        self.limitBytes = limitBytes
        self.masking = masking
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw Failure(.require, "cannot write \(path): \(String(cString: strerror(errno)))")
        }
        fchmod(descriptor, 0o600)
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    func take(_ bytes: ArraySlice<UInt8>, isError: Bool) {
        if descriptor >= 0 { return log(bytes) }
        let room = limitBytes - output.count - error.count
        if bytes.count > room { isCut = true }
        if isError { error += bytes.prefix(max(0, room)) } else { output += bytes.prefix(max(0, room)) }
    }

    private func log(_ bytes: ArraySlice<UInt8>) {
        line += bytes
        // A line without end is cut somewhere.
        guard let end = line.lastIndex(of: 10) ?? (line.count > 1 << 20 ? line.count - 1 : nil) else {
            return
        }
        write(line[...end])
        line.removeFirst(end + 1)
    }

    private func write(_ bytes: ArraySlice<UInt8>) {
        guard !isCut else { return }
        var masked = Array((masking?.mask(String(decoding: bytes, as: UTF8.self)) ?? "").utf8)
        if written + masked.count > limitBytes {
            isCut = true
            masked = Array("(the log is full: what follows is left out)\n".utf8)
        }
        written += masked.count
        // A log that cannot be written must not stop the program.
        _ = masked.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
    }

    func finish() { if !line.isEmpty { write(line[...]) } }
}
