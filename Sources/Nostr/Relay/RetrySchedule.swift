/// Exponential backoff with jitter: the delay doubles from `first` up to `longest`, and the actual delay is
/// between half of that and all of it.
package struct RetrySchedule: Sendable {
    package var first: Duration = .milliseconds(250)
    package var longest: Duration = .seconds(15)

    package init(first: Duration = .milliseconds(250), longest: Duration = .seconds(15)) {
        self.first = first
        self.longest = longest
    }

    /// - Parameters:
    ///   - attempt: number of failures so far, at least 1.
    ///   - jitter: a random number from 0 to 1, chosen by the caller.
    package func delay(afterFailures attempt: Int, jitter: Double) -> Duration {
        let full = min(first * (1 << min(max(attempt - 1, 0), 16)), longest)
        return full * (0.5 + 0.5 * jitter)
    }
}
