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
    static func code(_ path: String) throws -> [(line: Int, text: String)] {
        try text(path).split(separator: "\n", omittingEmptySubsequences: false).enumerated()
            .map { ($0.offset + 1, String($0.element)) }
            .filter { !$0.1.trimmingCharacters(in: .whitespaces).hasPrefix("//") }
    }
}
