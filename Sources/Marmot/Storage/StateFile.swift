import Cryptography
import MLS

/// The envelope of every binary state file. It identifies kind and version, and detects damage.
///
/// Format: `"pikachat state\n"`, kind as `opaque<V>`, version as uint16, payload as `opaque<V>`, SHA-256 over
/// everything before it.
package enum StateFile {
    private static let magic = Array("pikachat state\n".utf8)

    package static func encode(kind: String, version: UInt16, _ payload: [UInt8]) -> [UInt8] {
        let body =
            magic
            + TLSWriter.bytes { writer in
                writer.opaque(Array(kind.utf8))
                writer.uint16(version)
                writer.opaque(payload)
            }
        return body + SHA256.hash(body)
    }

    /// - Throws: `FileError` saying what the file is instead, or what is wrong with it.
    package static func decode(_ bytes: [UInt8], kind: String, newestVersion: UInt16, path: String) throws
        -> [UInt8]
    {
        let keep = "the file was left unchanged. Restore it from a backup, or move it away"
        guard bytes.starts(with: magic) else {
            throw FileError(path, "not a pikachat state file; \(keep)")
        }
        let body = Array(bytes.dropLast(SHA256.digestLengthBytes))
        guard body.count > magic.count, SHA256.hash(body) == Array(bytes.suffix(SHA256.digestLengthBytes))
        else {
            throw FileError(path, "the file is damaged or truncated; \(keep)")
        }
        var reader = TLSReader(Array(body.dropFirst(magic.count)))
        do {
            let found = String(decoding: try reader.opaque(), as: UTF8.self)
            guard found == kind else {
                throw FileError(path, "the file contains \"\(found)\" instead of \"\(kind)\"; \(keep)")
            }
            let version = try reader.uint16()
            guard (1...newestVersion).contains(version) else {
                throw FileError(
                    path,
                    "written by a newer version of pikachat (format \(version); this version reads formats up to \(newestVersion)). Use that version"
                )
            }
            let payload = try reader.opaque()
            try reader.finish()
            return payload
        } catch let error as TLSDecodingError {
            throw FileError(path, "the file is damaged (\(error)); \(keep)")
        }
    }
}
