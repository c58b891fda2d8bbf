import Cryptography
import Foundation
import Marmot
import Nostr

/// The daemon's Unix socket: where it is, who may connect (its owner), and how.
package struct LocalSocket: Sendable {
    /// What the system takes, with a margin.
    private static let pathLimitBytes = 100

    package let path: String
    /// Tells clients where the socket is that is not in the state directory.
    private let pointer: String?

    /// `daemon.sock` in the state directory; a path that is too long for a socket is replaced by one in a directory of the user's own, which a
    /// file in the state directory names.
    ///
    /// - Parameter environment: `XDG_RUNTIME_DIR` and `TMPDIR` are read from it.
    package init(stateDirectory: String, environment: [String: String]) {
        let absolute = Self.resolved(stateDirectory)
        let plain = absolute + "/daemon.sock"
        guard plain.utf8.count > Self.pathLimitBytes else {
            (path, pointer) = (plain, nil)
            return
        }
        let name = Hex.encode(Array(SHA256.hash(Array(absolute.utf8)).prefix(8)))
        let folders =
            [environment["XDG_RUNTIME_DIR"], environment["TMPDIR"].map { "\($0)/pikachat-\(getuid())" }]
            .compactMap { $0 }
        // The last one is short enough for every user.
        let short = folders.map { "\($0)/pikachat-daemon-\(name).sock" }
            .first { $0.hasPrefix("/") && $0.utf8.count <= Self.pathLimitBytes }
        path = short ?? "/tmp/pikachat-\(getuid())/pikachat-daemon-\(name).sock"
        pointer = absolute + "/daemon.path"
    }

    /// However the directory is written, it has one socket.
    private static func resolved(_ directory: String) -> String {
        if let real = realpath(directory, nil) {
            defer { free(real) }
            return String(cString: real)
        }
        return directory.hasPrefix("/")
            ? directory : FileManager.default.currentDirectoryPath + "/" + directory
    }

    private init(path: String) { (self.path, pointer) = (path, nil) }

    private func withAddress<Value>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Value) throws -> Value {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        let capacity = MemoryLayout.size(ofValue: address.sun_path)
        guard bytes.count < capacity else { throw FileError(path, "the path is too long for a socket") }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    private static func make() throws -> Int32 {
        let number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw SocketError.last("socket") }
        return number
    }

    /// Connects to a daemon of our own.
    ///
    /// - Returns: nil where none is listening, and where somebody else does.
    /// - Throws: `FileError`, `SocketError`.
    package func connect() throws -> (any ByteStream)? {
        if let pointer, let bytes = try AtomicFile.read(pointer) {
            let named = LocalSocket(path: String(decoding: bytes, as: UTF8.self))
            if named.path != path, let stream = try named.connect() { return stream }
        }
        let number = try Self.make()
        guard try withAddress({ Foundation.connect(number, $0, $1) }) == 0, Self.isOurs(number) else {
            close(number)
            return nil
        }
        return SocketStream(FileDescriptor(number))
    }

    /// Whether the process at the other end is ours: what is said to a daemon is not for others.
    private static func isOurs(_ number: Int32) -> Bool {
        // `struct ucred` (unix(7)): process, user, group.
        var credentials: (pid: Int32, uid: UInt32, gid: UInt32) = (0, .max, .max)
        var size = socklen_t(MemoryLayout.size(ofValue: credentials))
        return getsockopt(number, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0
            && credentials.uid == getuid()
    }

    /// Listens with mode 0600. What a dead daemon left is replaced.
    ///
    /// - Throws: `FileError` where another one is listening, or the socket cannot be made.
    func listen() throws -> FileDescriptor {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        var status = stat()
        if stat(folder, &status) != 0 { mkdir(folder, 0o700) }
        guard stat(folder, &status) == 0, status.st_uid == getuid(), status.st_mode & 0o022 == 0 else {
            throw FileError(folder, "the directory of the daemon's socket is not ours alone")
        }
        if let other = try connect() {
            Task { await other.close() }
            throw FileError(path, "another daemon is listening there")
        }
        unlink(path)
        let number = try Self.make()
        guard try withAddress({ bind(number, $0, $1) }) == 0, chmod(path, 0o600) == 0,
            Foundation.listen(number, 16) == 0
        else {
            let why = String(cString: strerror(errno))
            close(number)
            throw FileError(path, "cannot listen there: \(why)")
        }
        if let pointer { try AtomicFile.write(Array(path.utf8), to: pointer, durability: .none) }
        return FileDescriptor(number)
    }

    func remove() {
        unlink(path)
        if let pointer { unlink(pointer) }
    }
}
