import Foundation
import Marmot
import Nostr

/// Welcomes that wait for somebody to accept them: `welcomes/WRAP.json` in the state directory. Which of them were settled needs no
/// file: MLS knows the groups.
struct WelcomeStore {
    /// Strangers may send any number; the oldest make room.
    static let limit = 1000

    private struct File: Codable {
        let wrapID: EventID
        let rumor: String
        let nostrGroupID: String
        let groupName: String
        /// Seconds since 1970.
        let receivedAt: Int64
    }

    private let directory: String
    /// Oldest first.
    private(set) var pending: [Invitation] = []

    init(directory: String) {
        self.directory = directory + "/welcomes"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: self.directory)) ?? []
        var files: [File] = []
        for name in names where name.hasSuffix(".json") {
            guard let bytes = try? AtomicFile.read("\(self.directory)/\(name)"),
                let file = try? JSONDecoder().decode(File.self, from: Data(bytes))
            else { continue }
            files.append(file)
        }
        pending = files.sorted { ($0.receivedAt, $0.wrapID) < ($1.receivedAt, $1.wrapID) }.compactMap {
            file in
            guard let rumor = try? Rumor(json: Array(file.rumor.utf8)) else { return nil }
            return Invitation(
                wrapID: file.wrapID, rumor: rumor, nostrGroupID: file.nostrGroupID, groupName: file.groupName)
        }
    }

    /// - Parameter id: of the wrap, or of the rumor in it.
    func invitation(_ id: EventID) -> Invitation? {
        pending.first { $0.wrapID == id } ?? pending.first { $0.rumor.id == id }
    }

    /// - Throws: `FileError`: then it is known in this run only.
    mutating func add(_ invitation: Invitation, now: Int64) throws {
        guard !pending.contains(where: { $0.wrapID == invitation.wrapID }) else { return }
        pending.append(invitation)
        if pending.count > Self.limit { unlink(path(pending.removeFirst().wrapID)) }
        let file = File(
            wrapID: invitation.wrapID, rumor: String(decoding: invitation.rumor.json, as: UTF8.self),
            nostrGroupID: invitation.nostrGroupID, groupName: invitation.groupName, receivedAt: now)
        guard mkdir(directory, 0o700) == 0 || errno == EEXIST else {
            throw FileError(directory, "cannot create the directory: \(String(cString: strerror(errno)))")
        }
        try AtomicFile.write([UInt8](try JSONEncoder().encode(file)), to: path(invitation.wrapID))
    }

    /// All Welcomes to a group are settled at once.
    mutating func settle(_ nostrGroupID: String) {
        for invitation in pending where invitation.nostrGroupID == nostrGroupID {
            unlink(path(invitation.wrapID))
        }
        pending.removeAll { $0.nostrGroupID == nostrGroupID }
    }

    private func path(_ id: EventID) -> String { "\(directory)/\(id.hex).json" }
}
