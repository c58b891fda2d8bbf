import Synchronization

/// The snapshots that a run, or a suite of runs, has written: two texts for one file cannot both be right.
package final class WrittenSnapshots: Sendable {
    private let texts = Mutex<[String: String]>([:])

    /// - Returns: false where another text was written there.
    func mayWrite(_ text: String, to path: String) -> Bool {
        texts.withLock { texts in
            let known = texts[path]
            texts[path] = known ?? text
            return known.map { $0.utf8.elementsEqual(text.utf8) } ?? true
        }
    }
}
