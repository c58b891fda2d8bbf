import Cryptography
import Foundation
import MLS

/// Records appended behind a state file since it was written, each on disk before the next step.
///
/// `"pikachat log 2\n"`, the state file's digest, its check, then records: `uint32` length, its check, the record, its check. A check is
/// eight bytes of SHA-256 over the digest, the record's number and what is checked: damage must pass neither for an unfinished
/// end nor for a log of another state file. That one is out of date: what it held is in the newer file. (Format 1 had no check
/// behind the digest.)
final class RecordLog {
    /// Above it a new state file costs less than reading the log.
    static let recordLimit = 1024

    private static let magic = Array("pikachat log 2\n".utf8)
    private static let oldMagic = Array("pikachat log 1\n".utf8)
    private static let checkLengthBytes = 8

    private let path: String
    private let base: [UInt8]
    private let descriptor: Int32
    private var length: Int
    private(set) var count: Int
    /// A write failed and could not be undone.
    private var isBroken = false

    /// Opens the log of the state file whose last 32 bytes are `base`.
    ///
    /// - Parameter count: of the records that `read` found; 0 begins anew.
    init(path: String, base: [UInt8], length: Int, count: Int) throws(FileError) {
        let flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | (count == 0 ? O_TRUNC : 0)
        descriptor = open(path, flags, 0o600)
        guard descriptor >= 0 else { throw .last(path, "cannot open it") }
        (self.path, self.base, self.count) = (path, base, count)
        self.length = length
        if count == 0 {
            self.length = 0
            try write(Self.header(base))
            try AtomicFile.syncDirectory(of: path)
        } else {
            // Behind the last whole record may be the beginning of one that was never acted on.
            guard ftruncate(descriptor, off_t(length)) == 0 else { throw .last(path, "cannot cut it") }
        }
    }

    deinit { close(descriptor) }

    func append(_ record: [UInt8]) throws(FileError) {
        guard !isBroken else { throw FileError(path, "an earlier write failed; start again") }
        try write(
            TLSWriter.bytes { writer in
                let length = Self.length(record)
                writer.fixed(length)
                writer.fixed(Self.check(length, base, count))
                writer.fixed(record)
                writer.fixed(Self.check(record, base, count))
            })
        count += 1
    }

    private func write(_ bytes: [UInt8]) throws(FileError) {
        var offset = 0
        while offset < bytes.count {
            let written = bytes.withUnsafeBytes { buffer in
                pwrite(
                    descriptor, buffer.baseAddress.map { $0 + offset }, buffer.count - offset,
                    off_t(length + offset))
            }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw undo(.last(path, "cannot write it")) }
            offset += written
        }
        guard fdatasync(descriptor) == 0 else { throw undo(.last(path, "cannot store it safely")) }
        length += bytes.count
    }

    private func undo(_ error: FileError) -> FileError {
        if ftruncate(descriptor, off_t(length)) != 0 { isBroken = true }
        return error
    }

    /// The whole records of a log, and where they end; none where there is no log for this state file.
    ///
    /// - Throws: `FileError` for damage that is more than an unfinished end.
    static func read(path: String, base: [UInt8]) throws(FileError) -> (records: [[UInt8]], length: Int) {
        guard let bytes = try AtomicFile.read(path), var offset = try begin(bytes, path, base) else {
            return ([], 0)
        }
        var records: [[UInt8]] = []
        let headerBytes = 4 + checkLengthBytes
        while bytes.count - offset >= headerBytes {
            let number = records.count
            let length = Array(bytes[offset..<offset + 4])
            guard Array(bytes[offset + 4..<offset + headerBytes]) == check(length, base, number) else {
                // What a loss of power leaves of a write is zeros.
                guard bytes[offset...].allSatisfy({ $0 == 0 }) else { throw damage(path, number) }
                break
            }
            let count = length.reduce(0) { $0 << 8 | Int($1) }
            let start = offset + headerBytes
            guard count + checkLengthBytes <= bytes.count - start else { break }
            let end = start + count + checkLengthBytes
            let record = Array(bytes[start..<start + count])
            guard Array(bytes[start + count..<end]) == check(record, base, number) else {
                // Only the last one can be unfinished, and what a loss of power leaves out are zeros.
                guard end == bytes.count, bytes[(end - checkLengthBytes)..<end].allSatisfy({ $0 == 0 }) else {
                    throw damage(path, number)
                }
                break
            }
            records.append(record)
            offset = end
        }
        return (records, offset)
    }

    private static func header(_ base: [UInt8]) -> [UInt8] {
        magic + base + SHA256.hash(magic + base).prefix(checkLengthBytes)
    }

    /// Where the records begin; nil where there are none for this state file.
    private static func begin(_ bytes: [UInt8], _ path: String, _ base: [UInt8]) throws(FileError) -> Int? {
        if bytes.starts(with: oldMagic) {
            return bytes.starts(with: oldMagic + base) ? oldMagic.count + base.count : nil
        }
        let length = magic.count + base.count + checkLengthBytes
        // The header is on disk before the first record: without a whole one nothing was recorded.
        guard bytes.count >= length, !bytes.allSatisfy({ $0 == 0 }) else { return nil }
        let digest = Array(bytes[magic.count..<magic.count + base.count])
        guard bytes.starts(with: header(digest)) else {
            throw FileError(
                path,
                "its beginning is damaged; it was left as it is. Restore the directory from a copy, or move the group's files away"
            )
        }
        return digest == base ? length : nil
    }

    private static func length(_ record: [UInt8]) -> [UInt8] {
        TLSWriter.bytes { $0.uint32(UInt32(record.count)) }
    }

    private static func damage(_ path: String, _ number: Int) -> FileError {
        FileError(
            path,
            "record \(number + 1) is damaged; it was left as it is. Restore the directory from a copy, or move the group's files away"
        )
    }

    private static func check(_ record: [UInt8], _ base: [UInt8], _ number: Int) -> [UInt8] {
        Array(
            SHA256.hash(base + TLSWriter.bytes { $0.uint32(UInt32(number)) } + record).prefix(
                checkLengthBytes))
    }
}
