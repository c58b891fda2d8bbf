/// How long to wait before each further attempt: doubling from `first` up to `longest`, each between half and all of that.
package struct RetrySchedule: Sendable {
    package var first: Duration = .milliseconds(250)
    package var longest: Duration = .seconds(15)

    package init(first: Duration = .milliseconds(250), longest: Duration = .seconds(15)) {
        self.first = first
        self.longest = longest
    }

    /// - Parameters:
    ///   - attempt: failures so far, at least 1.
    ///   - jitter: 0 to 1, drawn by the caller.
    package func delay(afterFailures attempt: Int, jitter: Double) -> Duration {
        let full = min(first * (1 << min(max(attempt - 1, 0), 16)), longest)
        return full * (0.5 + 0.5 * jitter)
    }
}
