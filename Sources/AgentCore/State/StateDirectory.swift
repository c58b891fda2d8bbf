import Foundation
import Marmot
import Vocabulary

/// The directory that holds a user's state: 0700, used by one process at a time.
package final class StateDirectory: Sendable {
    /// Another process uses the directory.
    package struct Locked: FailureConvertible, Equatable, CustomStringConvertible {
        package let path: String
        package let holder: String

        package var failure: Failure { Failure(.require, description) }

        package var description: String {
            "the state directory \(path) is in use by \(holder). Wait for it, or choose another with --state-dir"
        }
    }

    package let path: String
    private let lock: Int32

    /// `--state-dir`, else `$XDG_STATE_HOME/pikachat`, else `~/.local/state/pikachat`, else `.pikachat`.
    package static func defaultPath(environment: [String: String]) -> String {
        if let base = environment["XDG_STATE_HOME"], base.hasPrefix("/") { return base + "/pikachat" }
        if let home = environment["HOME"], home.hasPrefix("/") { return home + "/.local/state/pikachat" }
        return ".pikachat"
    }

    /// Creates the directory where needed and takes its lock.
    package init(path: String) throws {
        self.path = path
        var status = stat()
        if stat(path, &status) == 0 {
            // Somebody else's directory is not made private behind their back; a writable one is not trusted.
            guard status.st_mode & S_IFMT == S_IFDIR else {
                throw FileError(path, "the state directory is no directory")
            }
            guard status.st_uid == getuid(), status.st_mode & 0o022 == 0 else {
                throw FileError(
                    path,
                    "others can write to the state directory; make it yours alone (chmod 700), or choose another with --state-dir"
                )
            }
        } else {
            do {
                try FileManager.default.createDirectory(
                    atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            } catch {
                throw FileError(
                    path, "cannot create the state directory: \(String(cString: strerror(errno)))")
            }
            _ = chmod(path, 0o700)
        }
        let lockPath = path + "/lock"
        lock = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0 else {
            throw FileError(lockPath, "cannot open it: \(String(cString: strerror(errno)))")
        }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            let holder =
                (try? AtomicFile.read(lockPath)).flatMap { $0 }.map { String(decoding: $0, as: UTF8.self) }
                ?? ""
            close(lock)
            throw Locked(
                path: path, holder: holder.isEmpty ? "another pikachat" : "pikachat with process id \(holder)"
            )
        }
        ftruncate(lock, 0)
        let pid = Array("\(getpid())".utf8)
        _ = pwrite(lock, pid, pid.count, 0)
    }

    /// Whether a state directory of ours is there that no process uses.
    package static func isAbandoned(_ path: String) -> Bool {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, status.st_uid == getuid() else {
            return false
        }
        let lock = open(path + "/lock", O_RDWR | O_CLOEXEC | O_NOFOLLOW)
        // Whoever has just made it takes its lock within moments.
        guard lock >= 0 else { return errno == ENOENT && time(nil) - status.st_mtim.tv_sec > 60 }
        defer { Self.release(lock) }
        return flock(lock, LOCK_EX | LOCK_NB) == 0
    }

    deinit { Self.release(lock) }

    /// To close it is not enough: a program that another thread is starting has a copy of the descriptor until it runs.
    private static func release(_ lock: Int32) {
        flock(lock, LOCK_UN)
        close(lock)
    }

    package func file(_ name: String) -> String { path + "/" + name }
}
