/// A clock's reading as a duration.
enum Uptime {
    static func since(_ start: ContinuousClock.Instant) -> @Sendable () -> Duration {
        { ContinuousClock().now - start }
    }
}
