import Vocabulary
import AgentCore
import Cryptography
import Foundation
import Marmot
import Nostr

/// The state directory: ours alone, unlocked, and everything in it readable as what it should be.
enum StateCheck {
    /// - Parameter masking: learns the key: relays and control planes are asked next.
    static func finding(_ configuration: Configuration, _ masking: Masking) -> Finding {
        do {
            let directory = try StateDirectory(path: configuration.stateDirectory)
            let key = try Identity.load(from: directory.file("identity.json"), random: SystemRandom())
            masking.add(key: key)
            _ = try FileAccountStore(directory: directory.path).loadGroups()
            _ = try ResourceLedger(path: directory.file("ledger.ndjson")) { 0 }
            let open = try opened(directory.path)
            guard open.isEmpty else {
                return Finding(
                    "state", .bad,
                    "others can read or write \(open.joined(separator: ", ")) in \(directory.path)",
                    advice: ["chmod -R go= \(directory.path)"])
            }
            return Finding("state", .ok, "\(directory.path), identity \(KeyText.npub(key.publicKey))")
        } catch {
            return Finding(
                "state", .bad, Failure(error),
                otherwise: ["choose another directory with --state-dir, or repair this one"])
        }
    }

    /// What somebody else could read or change: the directory itself, and files in it; few by name.
    private static func opened(_ path: String) throws -> [String] {
        var found: [String] = []
        let names = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
        for name in ["."] + names.sorted() {
            var status = stat()
            guard lstat("\(path)/\(name)", &status) == 0, status.st_mode & S_IFMT != S_IFLNK else { continue }
            // A directory that nobody else can enter protects what is in it.
            if status.st_mode & 0o077 != 0 { found.append(name) }
        }
        if !found.contains(".") { return [] }
        return found.count > 5 ? found.prefix(5) + ["\(found.count - 5) more"] : found
    }
}
