import Foundation
import Vocabulary

/// A script's text and the name that messages use for it. Every place in it (`SourceRange`) carries it along, so that a diagnostic always
/// shows the right file.
package final class Source: Sendable {
    /// Larger files are not scripts.
    package static let maximumBytes = 4 << 20

    /// The path as it was given, or `stdin`, `-c`, `shell`.
    package let name: String
    /// Where files that it names are looked for, with the slash at its end; nil is where the program runs.
    private let directory: String?
    package let text: String
    /// Without line ends; for excerpts.
    package let lines: [String]

    /// ```swift
    /// let source = Source(name: "hello", text: "echo hello")
    /// ```
    ///
    /// - Parameter directory: where files that it names are looked for, with the slash at its end; nil is where the program runs.
    package init(name: String, text: String, directory: String? = nil) {
        // Editors of other systems put a byte order mark first.
        let text = text.unicodeScalars.first == "\u{feff}" ? String(text.unicodeScalars.dropFirst()) : text
        self.name = name
        self.text = text
        self.directory = directory
        lines = text.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false)
            .map(String.init)
    }

    /// Reads a file.
    ///
    /// - Throws: `Failure` (usage) for what is not a readable UTF-8 text of at most `maximumBytes`.
    package static func load(_ path: String) throws -> Source {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw Failure(.usage, "\(path): no such file")
        }
        // Also pipes, as in `run <(generate)`; they have no size to look at first.
        guard !isDirectory.boolValue, let file = FileHandle(forReadingAtPath: path),
            let data = try? file.read(upToCount: maximumBytes + 1) ?? Data()
        else {
            throw Failure(.usage, "\(path): cannot be read as a script")
        }
        guard data.count <= maximumBytes, let text = String(validating: data, as: UTF8.self) else {
            throw Failure(.usage, "\(path): not a UTF-8 text of at most \(maximumBytes >> 20) MiB")
        }
        return Source(at: path, text: text)
    }

    /// A text as if it were read from that file.
    package convenience init(at path: String, text: String) {
        self.init(name: path, text: text, directory: path.lastIndex(of: "/").map { String(path[...$0]) })
    }

    /// The same file with other lines.
    func replacing(_ lines: [String]) -> Source {
        Source(name: name, text: lines.joined(separator: "\n"), directory: directory)
    }

    /// A file that the script names: relative to the script's own place.
    package func path(to file: String) -> String {
        guard let directory, !file.hasPrefix("/") else { return FilePath.normal(file) }
        return FilePath.normal(directory + file)
    }

    /// The whole text, for a diagnostic that has no better place.
    var start: SourceRange { SourceRange(source: self, line: 1, column: 1, length: 1) }
}
