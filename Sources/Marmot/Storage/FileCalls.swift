import Foundation

/// The system calls that make a change last. Tests take their place, to see their order and to let them fail.
package struct FileCalls: Sendable {
    /// Writes at a place of the file; returns how many bytes, or -1 with `errno`.
    package var write: @Sendable (Int32, UnsafeRawBufferPointer, off_t) -> Int = {
        pwrite($0, $1.baseAddress, $1.count, $2)
    }
    /// Returns when a file's contents, or a directory's names, are on disk.
    package var synchronize: @Sendable (Int32) -> Int32 = { fsync($0) }
    /// Returns when a file's contents and length are on disk.
    package var synchronizeData: @Sendable (Int32) -> Int32 = { fdatasync($0) }
    package var rename: @Sendable (String, String) -> Int32 = { Foundation.rename($0, $1) }

    package static let system = FileCalls()

    /// Writes all bytes from this place on.
    ///
    /// - Returns: false, with `errno`, when that fails.
    func writeAll(_ bytes: [UInt8], to descriptor: Int32, at place: Int) -> Bool {
        bytes.withUnsafeBytes { buffer in
            var offset = 0
            while offset < buffer.count {
                let written = write(
                    descriptor, UnsafeRawBufferPointer(rebasing: buffer[offset...]), off_t(place + offset))
                if written < 0, errno == EINTR { continue }
                guard written > 0 else { return false }
                offset += written
            }
            return true
        }
    }
}
