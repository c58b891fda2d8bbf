import Foundation
import Vocabulary

/// Which files failed when they ran last, for `--last-failed`: one line each, with the absolute path and the values.
package struct LastFailed: Sendable {
    private let path: String

    /// - Parameter path: a file of ours; it need not exist.
    package init(path: String) { self.path = path }

    package var exists: Bool { FileManager.default.fileExists(atPath: path) }

    private static func key(_ test: TestCase) -> String {
        ([URL(fileURLWithPath: test.path).standardizedFileURL.path] + test.values.map(\.description))
            .joined(separator: "\t")
    }

    /// - Throws: `Failure` (usage) when nothing has failed, or nothing is known.
    package func load() throws(Failure) -> (TestCase) -> Bool {
        let keys = read()
        guard !keys.isEmpty else {
            throw Failure(
                .usage, "no file failed when it ran last, or none has run yet",
                hints: ["run without --last-failed"])
        }
        return { keys.contains(Self.key($0)) }
    }

    private func read() -> Set<String> {
        guard let data = FileManager.default.contents(atPath: path) else { return [] }
        return Set(String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init))
    }

    /// Files that did not run keep what was known of them.
    ///
    /// - Throws: `Failure` when it cannot be written.
    package func save(_ suite: TestSuite) throws {
        var keys = read()
        for result in suite.results {
            switch result.outcome {
            case .failed: keys.insert(Self.key(result.test))
            case .passed, .flaky: keys.remove(Self.key(result.test))
            case .skipped: break
            }
        }
        do {
            try Data(keys.sorted().map { $0 + "\n" }.joined().utf8).write(
                to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw Failure(.require, "\(path): cannot be written: \(error.localizedDescription)")
        }
    }
}
