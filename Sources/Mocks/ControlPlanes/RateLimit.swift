/// A token bucket: `perSecond` on average, `burst` at once.
struct RateLimit: Sendable {
    private let perSecond: Double
    private let burst: Double
    private var tokens: Double
    private var last: Duration

    /// - Parameter now: any clock's reading; the same clock must be used for `take`.
    init(perSecond: Double, burst: Double, now: Duration) {
        (self.perSecond, self.burst, tokens, last) = (perSecond, burst, burst, now)
    }

    /// Takes a token if there is one.
    ///
    /// - Returns: nil, or the time until there is one.
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
