import Foundation
import TestSupport

/// The files of this repository, for tests that read them.
enum Repository {
    private static let root = Vectors.repositoryRoot.path

    static func files(under folder: String, ending: String) -> [String] {
        let found =
            FileManager.default.enumerator(atPath: "\(root)/\(folder)")?.compactMap { $0 as? String } ?? []
        return found.filter { $0.hasSuffix(ending) && !$0.contains(".build/") }.sorted().map {
            "\(folder)/\($0)"
        }
    }

    static func text(_ path: String) throws -> String {
        try String(contentsOfFile: "\(root)/\(path)", encoding: .utf8)
    }

    /// Without comments, so that a rule about code does not read prose.
    ///
    /// - Parameter words: only lines with one of these; they are found faster than a pattern is matched.
    static func code(_ path: String, mentioning words: String...) throws -> [(line: Int, text: String)] {
        try text(path).split(separator: "\n", omittingEmptySubsequences: false).enumerated()
            .filter { line in words.isEmpty || words.contains { line.element.utf8.contains(Array($0.utf8)) } }
            .map { ($0.offset + 1, String($0.element)) }
            .filter { !$0.1.trimmingCharacters(in: .whitespaces).hasPrefix("//") }
    }
}
