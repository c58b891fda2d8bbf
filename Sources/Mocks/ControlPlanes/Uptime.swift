/// A clock whose readings are durations since a start time.
enum Uptime {
    static func since(_ start: ContinuousClock.Instant) -> @Sendable () -> Duration {
        { ContinuousClock().now - start }
    }
}
