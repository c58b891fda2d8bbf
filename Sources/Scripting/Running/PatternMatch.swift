import Foundation
import Synchronization
import Vocabulary

/// Matches regular expressions (ICU's dialect, by Foundation) on a thread of their own: one that backtracks without end is given up when
/// the task is cancelled, by a limit or by Ctrl-C.
package enum PatternMatch {
    /// Whether `pattern`, with or without its slashes, matches somewhere in `text`.
    ///
    /// - Throws: `Failure` (usage) for a pattern that is not valid, `CancellationError`.
    package static func matches(_ text: String, _ pattern: String) async throws -> Bool {
        guard let expression = PatternText.compile(pattern) else {
            throw Failure(.usage, "\(pattern) is not a valid regular expression")
        }
        let isGivenUp = Mutex(false)
        let box = Box(expression, isGivenUp: { isGivenUp.withLock { $0 } })
        let found: Bool? = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let thread = Thread { continuation.resume(returning: box.search(text)) }
                // Backtracking is ICU's own stack, not this one.
                thread.start()
            }
        } onCancel: {
            isGivenUp.withLock { $0 = true }
        }
        try Task.checkCancellation()
        guard let found else {
            throw Failure(
                .usage, "\(pattern) needs too much memory on this text",
                hints: ["avoid repetitions inside repetitions, such as (a+)+"])
        }
        return found
    }

    /// `@unchecked Sendable`: NSRegularExpression is immutable, and its documentation calls it safe for threads.
    private final class Box: @unchecked Sendable {
        private let expression: NSRegularExpression
        private let isGivenUp: @Sendable () -> Bool

        init(_ expression: NSRegularExpression, isGivenUp: @escaping @Sendable () -> Bool) {
            (self.expression, self.isGivenUp) = (expression, isGivenUp)
        }

        /// - Returns: nil when ICU gave up.
        func search(_ text: String) -> Bool? {
            var (isFound, hasFailed) = (false, false)
            expression.enumerateMatches(
                in: text, options: [.reportProgress], range: NSRange(text.startIndex..., in: text)
            ) { result, flags, stop in
                if flags.contains(.internalError) { hasFailed = true }
                if result != nil { isFound = true }
                if result != nil || hasFailed || self.isGivenUp() { stop.pointee = true }
            }
            return hasFailed && !isFound ? nil : isFound
        }
    }
}
