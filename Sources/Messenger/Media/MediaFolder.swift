import Cryptography
import Foundation
import Marmot
import Nostr
import Vocabulary

/// Where the daemon puts files for its client: `media-tmp` in the state directory. They are the client's to take;
/// what is a day old goes, and the oldest where there are too many.
struct MediaFolder: Sendable {
    private static let lifetimeSeconds = 86_400
    /// Of all files together.
    private static let budgetBytes = 256 << 20

    let path: String

    init(stateDirectory: String) { path = stateDirectory + "/media-tmp" }

    /// - Returns: the file's path.
    /// - Throws: `FileError`.
    func store(_ bytes: [UInt8], of attachment: MediaAttachment) throws -> String {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw FileError(path, "cannot create the directory: \(String(cString: strerror(errno)))")
        }
        removeOld()
        // Its beginning is ours, so that no name begins with a dot or leads elsewhere.
        let file = "\(path)/\(Hex.encode(Array(attachment.hash.prefix(8))))-\(attachment.filename)"
        try AtomicFile.write(bytes, to: file, durability: .none)
        return file
    }

    /// What is a day old goes, and of the rest the oldest that are too much.
    private func removeOld() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        var files: [(path: String, size: Int, time: Int)] = []
        for name in names {
            var status = stat()
            guard lstat("\(path)/\(name)", &status) == 0 else { continue }
            files.append(("\(path)/\(name)", Int(status.st_size), status.st_mtim.tv_sec))
        }
        var room = Self.budgetBytes
        for file in files.sorted(by: { $0.time > $1.time }) {
            room -= file.size
            if room < 0 || time(nil) - file.time > Self.lifetimeSeconds { unlink(file.path) }
        }
    }
}
