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
        try await groups(text, pattern) != nil
    }

    /// The first match: `text` is all of it, then the groups by number, from 1, and by name; one that took no part is empty.
    ///
    /// - Returns: nil where nothing matches.
    /// - Throws: like `matches`.
    static func groups(_ text: String, _ pattern: String) async throws -> [String: EventValue]? {
        guard let expression = PatternText.compile(pattern) else {
            throw Failure(.usage, "\(pattern) is not a valid regular expression")
        }
        let isGivenUp = Mutex(false)
        let box = Box(expression, isGivenUp: { isGivenUp.withLock { $0 } })
        let found: Box.Found = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let thread = Thread { continuation.resume(returning: box.search(text)) }
                // Backtracking is ICU's own stack, not this one.
                thread.start()
            }
        } onCancel: {
            isGivenUp.withLock { $0 = true }
        }
        try Task.checkCancellation()
        switch found {
        case .match(let groups): return groups
        case .nothing: return nil
        case .givenUp:
            throw Failure(
                .usage, "\(pattern) needs too much memory on this text",
                hints: ["avoid repetitions inside repetitions, such as (a+)+"])
        }
    }

    /// The text with everything that the expressions match replaced, in their order.
    ///
    /// - Parameter rules: with what takes the place; `$1` is the first group.
    /// - Throws: like `matches`.
    static func replacing(_ text: String, _ rules: [(NSRegularExpression, String)]) async throws -> String {
        var text = text
        for (expression, replacement) in rules {
            let current = text
            let isGivenUp = Mutex(false)
            let box = Box(expression, isGivenUp: { isGivenUp.withLock { $0 } })
            let replaced: String? = await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let thread = Thread {
                        continuation.resume(returning: box.replacing(current, by: replacement))
                    }
                    thread.start()
                }
            } onCancel: {
                isGivenUp.withLock { $0 = true }
            }
            try Task.checkCancellation()
            guard let replaced else {
                throw Failure(
                    .usage, "\(expression.pattern) needs too much memory on this text",
                    hints: ["avoid repetitions inside repetitions, such as (a+)+"])
            }
            text = replaced
        }
        return text
    }

    /// Names of the groups of a pattern, beside `text` and the numbers.
    static func names(in pattern: String) -> [String] {
        pattern.matches(of: #/\(\?<([A-Za-z][A-Za-z0-9]*)>/#).map { String($0.1) }
    }

    /// `@unchecked Sendable`: NSRegularExpression is immutable, and its documentation calls it safe for threads.
    private final class Box: @unchecked Sendable {
        private let expression: NSRegularExpression
        private let isGivenUp: @Sendable () -> Bool

        init(_ expression: NSRegularExpression, isGivenUp: @escaping @Sendable () -> Bool) {
            (self.expression, self.isGivenUp) = (expression, isGivenUp)
        }

        enum Found: Sendable {
            case match([String: EventValue])
            case nothing
            /// ICU needed too much.
            case givenUp
        }

        /// Nil where the expression needed too much.
        func replacing(_ text: String, by replacement: String) -> String? {
            var (result, end, hasFailed) = ("", text.startIndex, false)
            expression.enumerateMatches(
                in: text, options: [.reportProgress], range: NSRange(text.startIndex..., in: text)
            ) { match, flags, stop in
                if flags.contains(.internalError) { hasFailed = true }
                if hasFailed || self.isGivenUp() {
                    stop.pointee = true
                    return
                }
                guard let match, let range = Range(match.range, in: text) else { return }
                result += text[end..<range.lowerBound]
                result += self.expression.replacementString(
                    for: match, in: text, offset: 0, template: replacement)
                end = range.upperBound
            }
            return hasFailed ? nil : result + text[end...]
        }

        func search(_ text: String) -> Found {
            var (match, hasFailed): (NSTextCheckingResult?, Bool) = (nil, false)
            expression.enumerateMatches(
                in: text, options: [.reportProgress], range: NSRange(text.startIndex..., in: text)
            ) { result, flags, stop in
                if flags.contains(.internalError) { hasFailed = true }
                if let result { match = result }
                if result != nil || hasFailed || self.isGivenUp() { stop.pointee = true }
            }
            guard let match else { return hasFailed ? .givenUp : .nothing }
            func part(_ range: NSRange) -> EventValue {
                .text(Range(range, in: text).map { String(text[$0]) } ?? "")
            }
            var groups = ["text": part(match.range)]
            for number in 1..<max(1, match.numberOfRanges) {
                groups["\(number)"] = part(match.range(at: number))
            }
            for name in PatternMatch.names(in: expression.pattern) {
                groups[name] = part(match.range(withName: name))
            }
            return .match(groups)
        }
    }
}
