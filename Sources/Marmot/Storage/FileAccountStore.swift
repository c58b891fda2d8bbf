import Cryptography
import Foundation
import MLS
import Synchronization

/// Stores an account's state in files: `key-packages.state`, and for each group `<group id>.group` plus
/// `<group id>.log` with the messages since that file was written.
package final class FileAccountStore: AccountStore {
    private static let keyPackagesVersion: UInt16 = 1
    /// Version 2 appends the pending commit and the snapshots, version 3 what was not shown, version 4 why nothing may be
    /// sent and where the group met before; older ones can still be read.
    private static let groupVersion: UInt16 = 4

    /// The state of a group's current file and its log.
    private struct Current {
        /// The digest at the end of the file.
        let base: [UInt8]
        /// Opened when the first message is appended.
        var log: RecordLog?
        /// Length and number of records of the log that an earlier run left.
        var stored: (length: Int, count: Int) = (0, 0)
    }

    private let directory: String
    private let durability: Durability
    private let calls: FileCalls
    private let current = Mutex<[String: Current]>([:])

    /// - Parameter directory: an existing directory with mode 0700, locked by the caller.
    package init(directory: String, durability: Durability = .onDisk, calls: FileCalls = .system) {
        (self.directory, self.durability, self.calls) = (directory, durability, calls)
    }

    private var keyPackagesPath: String { directory + "/key-packages.state" }

    /// Group ids can have any length, but file names cannot.
    private static func name(of group: MarmotGroup) -> String {
        Hex.encode(group.id.count <= 64 ? group.id : SHA256.hash(group.id))
    }

    private func path(_ name: String, _ ending: String) -> String { "\(directory)/\(name).\(ending)" }

    package func loadKeyPackages() throws -> [OwnKeyPackage] {
        guard let bytes = try AtomicFile.read(keyPackagesPath) else { return [] }
        let payload = try StateFile.decode(
            bytes, kind: "key packages", newestVersion: Self.keyPackagesVersion, path: keyPackagesPath)
        return try decode(keyPackagesPath) {
            var reader = TLSReader(payload)
            let packages = try reader.vector(of: OwnKeyPackage.self)
            try reader.finish()
            return packages
        }
    }

    package func loadGroups() throws -> [MarmotGroup] {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: directory)
        } catch {
            throw FileError(directory, "cannot list the directory")
        }
        return try names.filter { $0.hasSuffix(".group") }.sorted()
            .compactMap { try loadGroup(String($0.dropLast(".group".count))) }
    }

    private func loadGroup(_ name: String) throws -> MarmotGroup? {
        let (file, log) = (path(name, "group"), path(name, "log"))
        guard let bytes = try AtomicFile.read(file) else { return nil }
        let payload = try StateFile.decode(
            bytes, kind: "group", newestVersion: Self.groupVersion, path: file)
        var group = try decode(file) { try MarmotGroup(decoding: payload) }
        // A copy under another name holds an older state, whose keys must never be reused.
        guard Self.name(of: group) == name else {
            throw FileError(
                file, "it is a copy of \(Self.name(of: group)).group; move it out of the state directory")
        }
        let base = Array(bytes.suffix(SHA256.digestLengthBytes))
        let (records, length) = try RecordLog.read(path: log, base: base)
        for (number, bytes) in records.enumerated() {
            do {
                try group.apply(try decode(log) { try GroupRecord(decoding: bytes) })
            } catch let error as FileError {
                throw error
            } catch {
                throw FileError(
                    log,
                    "record \(number + 1) does not fit \(name).group (\(error)); please report this as a bug")
            }
        }
        current.withLock { $0[name] = Current(base: base, stored: (length, records.count)) }
        return group
    }

    package func save(_ keyPackages: [OwnKeyPackage]) throws {
        let payload = TLSWriter.bytes { $0.vector(keyPackages) }
        try AtomicFile.write(
            StateFile.encode(kind: "key packages", version: Self.keyPackagesVersion, payload),
            to: keyPackagesPath, durability: durability, calls: calls)
    }

    package func save(_ group: MarmotGroup) throws {
        let name = Self.name(of: group)
        let bytes = StateFile.encode(kind: "group", version: Self.groupVersion, group.encoded)
        try current.withLock { current in
            try AtomicFile.write(bytes, to: path(name, "group"), durability: durability, calls: calls)
            // An existing log belongs to the previous file and is stale from now on.
            current[name] = Current(base: Array(bytes.suffix(SHA256.digestLengthBytes)))
        }
    }

    package func append(_ record: GroupRecord, to group: MarmotGroup) throws {
        let name = Self.name(of: group)
        let isAppended = try current.withLock { current in
            guard var known = current[name] else { return false }
            let count = known.log?.count ?? known.stored.count
            guard count < RecordLog.recordLimit else { return false }
            let log =
                try known.log
                ?? RecordLog(
                    path: path(name, "log"), base: known.base, length: known.stored.length,
                    count: known.stored.count, durability: durability, calls: calls)
            known.log = log
            current[name] = known
            try log.append(record.encoded)
            return true
        }
        if !isAppended { try save(group) }
    }

    private func decode<Value>(_ path: String, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as TLSDecodingError {
            throw FileError(
                path, "the file is intact but cannot be parsed (\(error)); please report this as a bug")
        }
    }
}
