import Cryptography
import Foundation
import MLS

/// A write-ahead log of what has changed since a state file was written. Each record is on disk before
/// `append` returns.
///
/// Format: `"pikachat log 2\n"`, the state file's digest and its checksum, then the records, each as `uint32`
/// length, its checksum, the record, its checksum. A checksum is eight bytes of SHA-256 over the digest, the
/// record's number and the bytes to protect, so that damage cannot be mistaken for an incomplete last record
/// or for the log of another state file. The log of another state file is stale: its contents are already in
/// the newer file. (Format 1 had no checksum after the digest.)
final class RecordLog {
    /// Beyond this many records, writing a new state file is cheaper than replaying the log.
    static let recordLimit = 1024

    private static let magic = Array("pikachat log 2\n".utf8)
    private static let oldMagic = Array("pikachat log 1\n".utf8)
    private static let checksumLengthBytes = 8

    private let path: String
    private let base: [UInt8]
    private let durability: Durability
    private let calls: FileCalls
    private let descriptor: Int32
    private var length: Int
    private(set) var count: Int
    /// True after a write failed and the log could not be truncated back to its last complete record.
    private var isBroken = false

    /// Opens the log of the state file whose last 32 bytes are `base`.
    ///
    /// - Parameter count: the number of records that `read` found; 0 starts a new log.
    init(
        path: String, base: [UInt8], length: Int, count: Int, durability: Durability = .onDisk,
        calls: FileCalls = .system
    ) throws(FileError) {
        let flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | (count == 0 ? O_TRUNC : 0)
        descriptor = open(path, flags, 0o600)
        guard descriptor >= 0 else { throw .last(path, "cannot open the file") }
        (self.path, self.base, self.count) = (path, base, count)
        (self.length, self.durability, self.calls) = (length, durability, calls)
        if count == 0 {
            self.length = 0
            try write(Self.header(base))
            if durability == .onDisk { try AtomicFile.syncDirectory(of: path, calls) }
        } else {
            // After the last complete record there may be the beginning of one that never took effect.
            guard ftruncate(descriptor, off_t(length)) == 0 else {
                throw .last(path, "cannot truncate the file")
            }
        }
    }

    deinit { close(descriptor) }

    func append(_ record: [UInt8]) throws(FileError) {
        guard !isBroken else { throw FileError(path, "an earlier write failed; restart pikachat") }
        try write(
            TLSWriter.bytes { writer in
                let length = Self.length(record)
                writer.fixed(length)
                writer.fixed(Self.checksum(length, base, count))
                writer.fixed(record)
                writer.fixed(Self.checksum(record, base, count))
            })
        count += 1
    }

    private func write(_ bytes: [UInt8]) throws(FileError) {
        guard calls.writeAll(bytes, to: descriptor, at: length) else {
            throw truncated(after: .last(path, "cannot write the file"))
        }
        guard durability == .none || calls.synchronizeData(descriptor) == 0 else {
            throw truncated(after: .last(path, "cannot sync the file to disk"))
        }
        length += bytes.count
    }

    /// Removes what a failed write left behind.
    private func truncated(after error: FileError) -> FileError {
        if ftruncate(descriptor, off_t(length)) != 0 { isBroken = true }
        return error
    }

    /// The complete records of a log, and where they end; no records if there is no log for this state file.
    ///
    /// - Throws: `FileError` for damage beyond an incomplete last record.
    static func read(path: String, base: [UInt8]) throws(FileError) -> (records: [[UInt8]], length: Int) {
        guard let bytes = try AtomicFile.read(path), var offset = try begin(bytes, path, base) else {
            return ([], 0)
        }
        var records: [[UInt8]] = []
        let headerBytes = 4 + checksumLengthBytes
        while bytes.count - offset >= headerBytes {
            let number = records.count
            let length = Array(bytes[offset..<offset + 4])
            guard Array(bytes[offset + 4..<offset + headerBytes]) == checksum(length, base, number) else {
                // A power failure can leave zeros in place of the data written.
                guard bytes[offset...].allSatisfy({ $0 == 0 }) else { throw damage(path, number) }
                break
            }
            let count = length.reduce(0) { $0 << 8 | Int($1) }
            let start = offset + headerBytes
            guard count + checksumLengthBytes <= bytes.count - start else { break }
            let end = start + count + checksumLengthBytes
            let record = Array(bytes[start..<start + count])
            guard Array(bytes[start + count..<end]) == checksum(record, base, number) else {
                // Only the last record can be incomplete, and a power failure leaves zeros in place of the
                // missing data.
                guard end == bytes.count, bytes[(end - checksumLengthBytes)..<end].allSatisfy({ $0 == 0 })
                else {
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
        magic + base + SHA256.hash(magic + base).prefix(checksumLengthBytes)
    }

    /// Where the records begin; nil if there are none for this state file.
    private static func begin(_ bytes: [UInt8], _ path: String, _ base: [UInt8]) throws(FileError) -> Int? {
        if bytes.starts(with: oldMagic) {
            return bytes.starts(with: oldMagic + base) ? oldMagic.count + base.count : nil
        }
        let length = magic.count + base.count + checksumLengthBytes
        // The header is on disk before the first record, so without a complete header nothing was recorded.
        guard bytes.count >= length, !bytes.allSatisfy({ $0 == 0 }) else { return nil }
        let digest = Array(bytes[magic.count..<magic.count + base.count])
        guard bytes.starts(with: header(digest)) else {
            throw FileError(
                path,
                "its header is damaged; the file was left unchanged. Restore the directory from a backup, or move the group's files away"
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
            "record \(number + 1) is damaged; the file was left unchanged. Restore the directory from a backup, or move the group's files away"
        )
    }

    private static func checksum(_ record: [UInt8], _ base: [UInt8], _ number: Int) -> [UInt8] {
        Array(
            SHA256.hash(base + TLSWriter.bytes { $0.uint32(UInt32(number)) } + record).prefix(
                checksumLengthBytes))
    }
}
