import Foundation
import Vocabulary

/// A file that a report will be written to. That it can be is found out before anything runs.
package struct ReportFile: Sendable {
    private let path: String

    /// - Throws: `Failure` (usage) for a place where nothing can be written.
    package init(_ path: String) throws(Failure) {
        self.path = path
        var status = stat()
        if stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT != S_IFDIR else {
                throw Failure(.usage, "--report: \(path) is a folder", hints: ["name a file in it"])
            }
            guard access(path, W_OK) == 0 else {
                throw Failure(.usage, "--report: \(path) cannot be written: \(Self.reason)")
            }
            // A device or a pipe has no folder that matters.
            if status.st_mode & S_IFMT != S_IFREG { return }
        }
        let folder = FilePath.folder(of: path)
        guard access(folder, W_OK | X_OK) == 0 else {
            throw Failure(
                .usage, "--report: \(path) cannot be written: \(Self.reason)",
                hints: errno == ENOENT ? ["make the folder first: mkdir -p \(folder)"] : [])
        }
    }

    private static var reason: String { String(cString: strerror(errno)) }

    /// Whole or not at all: what was there before stays when the disk is full.
    ///
    /// - Throws: `Failure` (require).
    package func write(_ text: String) throws(Failure) {
        var status = stat()
        let isSpecial = stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFREG
        do {
            if isSpecial {
                let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
                try file.write(contentsOf: Data(text.utf8))
            } else {
                try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
            }
        } catch {
            let reason = ((error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError) ?? (error as NSError)
            throw Failure(
                .require, "the report \(path) could not be written: \(reason.localizedDescription)",
                hints: ["the results above are complete"])
        }
    }
}
