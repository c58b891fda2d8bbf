import Foundation

/// A text that is written down beside the tests; `UPDATE_GOLDEN=1` writes it down anew.
package struct GoldenFile {
    /// From the repository's root.
    private let path: String

    package init(_ path: String) { self.path = path }

    /// The lines that are not as they are written down, and what to do if they are meant; nil when there are none.
    package func difference(from text: String) throws -> String? {
        let file = Vectors.repositoryRoot.appendingPathComponent(path)
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        let written = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        func lines(_ text: String) -> [Substring] {
            text.split(separator: "\n", omittingEmptySubsequences: false)
        }
        let changes = lines(text).difference(from: lines(written)).map { change in
            switch change {
            case .insert(let line, let text, _): "\(line + 1): + \(text)"
            case .remove(let line, let text, _): "\(line + 1): - \(text)"
            }
        }
        guard !changes.isEmpty else { return nil }
        return
            "\(path) says something else:\n\(changes.joined(separator: "\n"))\nif that is meant, run the test with UPDATE_GOLDEN=1, and review the diff"
    }
}
