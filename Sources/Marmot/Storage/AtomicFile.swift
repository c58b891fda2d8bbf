import Foundation

/// A failed file operation: the file, and what went wrong.
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

/// Atomic file replacement: after a crash a file has either its old or its new content. Writes a temporary
/// file, fsyncs it, renames it and fsyncs the directory. Mode 0600.
package enum AtomicFile {
    package static func write(
        _ bytes: [UInt8], to path: String, durability: Durability = .onDisk, calls: FileCalls = .system
    ) throws(FileError) {
        let temporary = path + ".new"
        // May be left over from a process that crashed. Nobody else writes here, because the directory is
        // locked.
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .last(temporary, "cannot create the file") }
        guard calls.writeAll(bytes, to: descriptor, at: 0) else {
            let failure = FileError.last(path, "cannot write the file")
            close(descriptor)
            unlink(temporary)
            throw failure
        }
        guard durability == .none || calls.synchronize(descriptor) == 0 else {
            let failure = FileError.last(path, "cannot sync the file to disk")
            close(descriptor)
            unlink(temporary)
            throw failure
        }
        close(descriptor)
        guard calls.rename(temporary, path) == 0 else {
            let failure = FileError.last(path, "cannot replace the file")
            unlink(temporary)
            throw failure
        }
        if durability == .onDisk { try syncDirectory(of: path, calls) }
    }

    /// Adds to a file, which is made where there is none, without syncing it: for what may be lost with the power. A write that is cut
    /// short is taken back.
    package static func append(_ bytes: [UInt8], to path: String) throws(FileError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .last(path, "cannot open the file") }
        defer { close(descriptor) }
        let length = lseek(descriptor, 0, SEEK_END)
        guard length >= 0, FileCalls.system.writeAll(bytes, to: descriptor, at: Int(length)) else {
            let failure = FileError.last(path, "cannot write the file")
            if length >= 0 { ftruncate(descriptor, length) }
            throw failure
        }
    }

    /// Nil when there is no such file.
    package static func read(_ path: String) throws(FileError) -> [UInt8]? {
        // A pipe in a file's place would be waited for.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw .last(path, "cannot open the file")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw FileError(path, "it is no file")
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Foundation.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .last(path, "cannot read the file") }
            if count == 0 { return bytes }
            bytes.append(contentsOf: buffer.prefix(count))
        }
    }

    package static func remove(_ path: String) throws(FileError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw .last(path, "cannot remove the file") }
        try syncDirectory(of: path)
    }

    static func syncDirectory(of path: String, _ calls: FileCalls = .system) throws(FileError) {
        let directory = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .last(directory, "cannot open the directory") }
        defer { close(descriptor) }
        guard calls.synchronize(descriptor) == 0 else {
            throw .last(directory, "cannot sync the directory to disk")
        }
    }
}
