/// A token bucket: `perSecond` on average, with bursts of up to `burst`.
struct RateLimit: Sendable {
    private let perSecond: Double
    private let burst: Double
    private var tokens: Double
    private var last: Duration

    /// - Parameter now: the reading of any clock; `take` must be given readings of the same clock.
    init(perSecond: Double, burst: Double, now: Duration) {
        (self.perSecond, self.burst, tokens, last) = (perSecond, burst, burst, now)
    }

    /// Takes a token if there is one.
    ///
    /// - Returns: nil if there was a token, otherwise the time until there will be one.
    mutating func take(at now: Duration) -> Duration? {
        tokens = min(burst, tokens + (now - last) / .seconds(1) * perSecond)
        last = now
        guard tokens < 1 else {
            tokens -= 1
            return nil
        }
        return .seconds((1 - tokens) / perSecond)
    }
}
