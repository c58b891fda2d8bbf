import Foundation
import Vocabulary

/// The `.pika` files that arguments name.
enum TestFiles {
    /// More files are a mistake in what was asked for, such as `/`.
    static let maximum = 100_000

    /// Files as they are named; of folders, all `*.pika` in them and below, in the order of their names, without those in folders named
    /// `lib`: these are for others to include. Each file once.
    ///
    /// - Throws: `Failure` (usage) for a path that does not exist, a folder without scripts.
    static func find(_ arguments: [String]) throws -> [String] {
        var files: [String] = []
        var seen = Set<String>()
        for argument in arguments {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: argument, isDirectory: &isFolder) else {
                throw Failure(.usage, "\(argument): no such file or folder")
            }
            let found = isFolder.boolValue ? try scripts(in: argument) : [argument]
            guard !found.isEmpty else {
                throw Failure(
                    .usage, "\(argument): no .pika file is in this folder",
                    hints: ["files in folders named lib are for others to include"])
            }
            for file in found where seen.insert(standardized(file)).inserted { files.append(file) }
            guard files.count <= maximum else {
                throw Failure(.usage, "more than \(maximum) files")
            }
        }
        return files
    }

    static func standardized(_ path: String) -> String {
        URL(fileURLWithPath: path).standardizedFileURL.path
    }

    private static func scripts(in folder: String) throws -> [String] {
        let base = folder.hasSuffix("/") ? String(folder.dropLast()) : folder
        guard let names = FileManager.default.enumerator(atPath: folder) else {
            throw Failure(.usage, "\(folder): cannot be read")
        }
        var found: [String] = []
        for case let name as String in names {
            let parts = name.split(separator: "/")
            if parts.last == "lib" || parts.last?.hasPrefix(".") ?? false {
                names.skipDescendants()
                continue
            }
            guard name.hasSuffix(".pika") else { continue }
            found.append("\(base)/\(name)")
            guard found.count <= maximum else { break }
        }
        return found.sorted()
    }
}
