extension Clock where Duration == Swift.Duration {
    /// How long `body` took by this clock.
    package func elapsed(_ body: () async throws -> Void) async rethrows -> Duration {
        let start = now
        try await body()
        return start.duration(to: now)
    }
}

extension Duration {
    /// Whole milliseconds; the rest is cut off.
    package var wholeMilliseconds: Int {
        Int(components.seconds) * 1000 + Int(components.attoseconds / 1_000_000_000_000_000)
    }
}
