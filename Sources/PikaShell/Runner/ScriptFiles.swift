import Foundation
import Vocabulary

/// The `.pika` files that arguments name.
package enum ScriptFiles {
    /// More files are a mistake in what was asked for, such as `/`.
    static let maximum = 100_000

    /// Files as they are named; of folders, all `*.pika` in them and below, in the order of their names. Each file once.
    ///
    /// - Parameter withLibraries: also those in folders named `lib`, which are for others to include.
    /// - Throws: `Failure` (usage) for a path that does not exist, a folder without scripts.
    package static func find(_ arguments: [String], withLibraries: Bool = true) throws -> [String] {
        var files: [String] = []
        var seen = Set<String>()
        for argument in arguments {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: argument, isDirectory: &isFolder) else {
                throw Failure(.usage, "\(argument): no such file or folder")
            }
            let found = isFolder.boolValue ? try scripts(in: argument, withLibraries) : [argument]
            guard !found.isEmpty else {
                throw Failure(
                    .usage, "\(argument): no .pika file is in this folder",
                    hints: withLibraries ? [] : ["files in folders named lib are for others to include"])
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

    private static func scripts(in folder: String, _ withLibraries: Bool) throws -> [String] {
        let base = folder.hasSuffix("/") ? String(folder.dropLast()) : folder
        guard let names = FileManager.default.enumerator(atPath: folder) else {
            throw Failure(.usage, "\(folder): cannot be read")
        }
        var found: [String] = []
        for case let name as String in names {
            let parts = name.split(separator: "/")
            if parts.last == "lib" && !withLibraries || parts.last?.hasPrefix(".") ?? false {
                names.skipDescendants()
                continue
            }
            guard name.hasSuffix(".pika") else { continue }
            found.append("\(base)/\(name)")
            guard found.count <= maximum else { break }
        }
        return found.sorted()
    }

    /// The bytes of a file as text.
    ///
    /// - Throws: `Failure` (usage).
    package static func text(of path: String) throws(Failure) -> String {
        guard let data = FileManager.default.contents(atPath: path),
            let text = String(validating: data, as: UTF8.self)
        else { throw Failure(.usage, "\(path): cannot be read as UTF-8 text") }
        return text
    }

    /// Replaces a file whole or not at all; its mode stays.
    ///
    /// - Throws: `Failure` (require).
    package static func write(_ text: String, to path: String) throws(Failure) {
        // The file that a link leads to: the link stays one.
        let path = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        do {
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
            try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
            if let mode {
                try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            }
        } catch {
            throw Failure(.require, "\(path): cannot be written: \(error.localizedDescription)")
        }
    }
}
