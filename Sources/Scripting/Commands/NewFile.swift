import Foundation
import Vocabulary

/// Files that commands write for people.
enum NewFile {
    /// Never over something else, and readable by nobody else.
    ///
    /// - Throws: `Failure`: usage where there is a file already, require where it cannot be written.
    static func write(_ text: String, to path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw errno == EEXIST
                ? Failure(.usage, "\(path) exists already; choose another name")
                : Failure(.require, "cannot write \(path): \(String(cString: strerror(errno)))")
        }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            try file.write(contentsOf: Data(text.utf8))
            try file.close()
        } catch {
            unlink(path)
            throw Failure(.require, "cannot write \(path): \(String(cString: strerror(errno)))")
        }
    }
}
