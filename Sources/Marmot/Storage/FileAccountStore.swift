import Cryptography
import Foundation
import MLS

/// An account's state as files: `key-packages.state`, and one `<group id>.group` for each group.
package struct FileAccountStore: AccountStore {
    private static let keyPackagesVersion: UInt16 = 1
    /// 2: pending commit and snapshots behind the rest; 1 is read.
    private static let groupVersion: UInt16 = 2
    private let directory: String

    /// - Parameter directory: exists, mode 0700, locked by the caller.
    package init(directory: String) { self.directory = directory }

    private var keyPackagesPath: String { directory + "/key-packages.state" }
    private func path(of group: MarmotGroup) -> String { "\(directory)/\(Self.fileName(of: group))" }

    /// Group ids may have any length; file names may not.
    private static func fileName(of group: MarmotGroup) -> String {
        "\(Hex.encode(group.id.count <= 64 ? group.id : SHA256.hash(group.id))).group"
    }

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
        return try names.filter { $0.hasSuffix(".group") }.sorted().compactMap { name in
            let path = "\(directory)/\(name)"
            guard let bytes = try AtomicFile.read(path) else { return nil }
            let payload = try StateFile.decode(
                bytes, kind: "group", newestVersion: Self.groupVersion, path: path)
            let group = try decode(path) { try MarmotGroup(decoding: payload) }
            // A copy under another name holds an older state, whose keys must never be used again.
            guard Self.fileName(of: group) == name else {
                throw FileError(
                    path, "it is a copy of \(Self.fileName(of: group)); move it out of the state directory")
            }
            return group
        }
    }

    package func save(_ keyPackages: [OwnKeyPackage]) throws {
        let payload = TLSWriter.bytes { $0.vector(keyPackages) }
        try AtomicFile.write(
            StateFile.encode(kind: "key packages", version: Self.keyPackagesVersion, payload),
            to: keyPackagesPath)
    }

    package func save(_ group: MarmotGroup) throws {
        try AtomicFile.write(
            StateFile.encode(kind: "group", version: Self.groupVersion, group.encoded), to: path(of: group))
    }

    private func decode<Value>(_ path: String, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as TLSDecodingError {
            throw FileError(path, "the file is whole but unreadable (\(error)); please report this")
        }
    }
}
