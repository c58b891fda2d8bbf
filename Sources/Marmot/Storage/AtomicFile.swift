import Foundation

/// A file operation that failed: which file, what, and the system's words.
package struct FileError: Error, Equatable, CustomStringConvertible {
    package let path: String
    package let why: String

    package init(_ path: String, _ why: String) {
        self.path = path
        self.why = why
    }

    static func last(_ path: String, _ operation: String) -> FileError {
        FileError(path, "\(operation): \(String(cString: strerror(errno)))")
    }

    package var description: String { "\(path): \(why)" }
}

/// Files that are either old or new, never half: write, fsync, rename, fsync of the directory. Mode 0600.
package enum AtomicFile {
    package static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
        let temporary = path + ".new"
        // Left over from a process that died in between; nobody else writes here (the directory is locked).
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .last(temporary, "cannot create it") }
        var offset = 0
        while offset < bytes.count {
            let written = bytes.withUnsafeBytes { buffer in
                Foundation.write(descriptor, buffer.baseAddress.map { $0 + offset }, buffer.count - offset)
            }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else {
                let failure = FileError.last(path, "cannot write it")
                close(descriptor)
                unlink(temporary)
                throw failure
            }
            offset += written
        }
        let synced = fsync(descriptor)
        close(descriptor)
        guard synced == 0 else { throw .last(path, "cannot store it safely") }
        guard rename(temporary, path) == 0 else { throw .last(path, "cannot replace it") }
        try syncDirectory(of: path)
    }

    /// Nil when there is no such file.
    package static func read(_ path: String) throws(FileError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw .last(path, "cannot open it")
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Foundation.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .last(path, "cannot read it") }
            if count == 0 { return bytes }
            bytes.append(contentsOf: buffer.prefix(count))
        }
    }

    package static func remove(_ path: String) throws(FileError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw .last(path, "cannot remove it") }
        try syncDirectory(of: path)
    }

    static func syncDirectory(of path: String) throws(FileError) {
        let directory = (path as NSString).deletingLastPathComponent
        let descriptor = open(directory.isEmpty ? "." : directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .last(directory, "cannot open the directory") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .last(directory, "cannot store the directory safely") }
    }
}
